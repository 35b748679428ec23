import { describe, expect, it } from 'vitest';
import { problemsOf, scenario, workload } from './testing/files.ts';

describe('a problem is shown at its place:', () => {
  it.each<[string, string, unknown[]]>([
    [
      'a value that is not known',
      scenario(workload, 'app: { cache: { strategy: asid, ttl: 60s } }'),
      [
        'test.yaml:6:31 error: the cache strategy "asid" is not known',
        '    6 |     app: { cache: { strategy: asid, ttl: 60s } }',
        '      |                               ~~~~',
        '      hint: did you mean "aside"? There are: none, aside, single-flight, lock, stale-while-revalidate, xfetch',
      ],
    ],
    [
      'several problems, in the order of the file',
      scenario('workload: [todos, GET todos]', 'load: { conections: 5, warmup: 2 }', 'replicas: [1, 65, 1]'),
      [
        'test.yaml:5:16 error: a request must be a method and a path',
        '    5 |     workload: [todos, GET todos]',
        '      |                ~~~~~',
        '      hint: write a method and a path, for example GET /todos/{todo}',
        '',
        'test.yaml:5:27 error: the path "todos" must begin with /',
        '    5 |     workload: [todos, GET todos]',
        '      |                           ~~~~~',
        '      hint: write /todos',
        '',
        'test.yaml:6:13 error: load has no key "conections"',
        '    6 |     load: { conections: 5, warmup: 2 }',
        '      |             ~~~~~~~~~~',
        '      hint: did you mean "connections"? There are: connections, think, driver, rate, stages, find, slo, confirm, precision, budget, most, arrivals, in-flight, keep-alive, drain, warmup, duration, burst, times, every, timeout',
        '',
        'test.yaml:6:36 error: the warm-up needs a unit',
        '    6 |     load: { conections: 5, warmup: 2 }',
        '      |                                    ~',
        '      hint: write 2s for seconds or 2ms for milliseconds',
        '',
        'test.yaml:7:19 error: the number of replicas must be at most 64',
        '    7 |     replicas: [1, 65, 1]',
        '      |                   ~~',
        '',
        'test.yaml:7:23 error: 1 is there twice',
        '    7 |     replicas: [1, 65, 1]',
        '      |                       ~',
      ],
    ],
    [
      'keys that do not fit the requests',
      scenario(
        'workload:',
        '  - { request: "POST /todos/{tood}", body: { a: ["x {todos}"] } }',
        'keys: { todo: { hot: 1 } }',
      ),
      [
        'test.yaml:6:33 error: the key "tood" is not defined',
        '    6 |       - { request: "POST /todos/{tood}", body: { a: ["x {todos}"] } }',
        '      |                                 ~~~~~~',
        '      hint: did you mean "todo"? There are: todo',
        '',
        'test.yaml:6:57 error: the key "todos" is not defined',
        '    6 |       - { request: "POST /todos/{tood}", body: { a: ["x {todos}"] } }',
        '      |                                                         ~~~~~~~',
        '      hint: did you mean "todo"? There are: todo',
        '',
        'test.yaml:7:13 error: no request uses the key "todo"',
        '    7 |     keys: { todo: { hot: 1 } }',
        '      |             ~~~~',
        '      hint: {todo} in a path stands for it',
      ],
    ],
    [
      'claims in every way of quoting',
      scenario(
        workload,
        'variants: { its: , b: }',
        'expect:',
        '  - p99(a) < 1s',
        "  - 'p99(''a'') < 1s'",
        '  - "p99(\\"a\\") \\u003c 50"',
        '  - |',
        '    p99(a) < 1s',
        '  - p99(b)',
        '    < 50',
      ),
      [
        'test.yaml:8:13 error: the variant "a" is not known',
        '    8 |       - p99(a) < 1s',
        '      |             ~',
        '      hint: there are: its, b',
        '',
        'test.yaml:9:14 error: the variant "a" is not known',
        "    9 |       - 'p99(''a'') < 1s'",
        '      |              ~~~~~',
        '      hint: there are: its, b',
        '',
        'test.yaml:10:14 error: the variant "a" is not known',
        '   10 |       - "p99(\\"a\\") \\u003c 50"',
        '      |              ~~~~~',
        '      hint: there are: its, b',
        '',
        'test.yaml:10:28 error: p99("a") is a time: write 50ms',
        '   10 |       - "p99(\\"a\\") \\u003c 50"',
        '      |                            ~~',
        '',
        'test.yaml:11:9 error: the variant "a" is not known',
        '   11 |       - |',
        '      |         ~',
        '      hint: there are: its, b',
        '',
        'test.yaml:13:9 error: p99(b) is a time: write 50ms',
        '   13 |       - p99(b)',
        '      |         ~~~~~~',
      ],
    ],
    [
      'what stands behind an anchor, once',
      scenario(workload, 'variants: { a: { app: &app { pool: 0 } }, b: { app: *app } }'),
      [
        'test.yaml:6:40 error: the pool size must be at least 1',
        '    6 |     variants: { a: { app: &app { pool: 0 } }, b: { app: *app } }',
        '      |                                        ~',
      ],
    ],
    [
      'a replica slower than the application can be made',
      scenario(workload, 'variants: { a: { app: { query-cost: 50s }, slow-replica: 20s } }'),
      [
        'test.yaml:6:62 error: query-cost and slow-replica must be at most 1m together',
        '    6 |     variants: { a: { app: { query-cost: 50s }, slow-replica: 20s } }',
        '      |                                                              ~~~',
      ],
    ],
    [
      'a claim on the Redis of a scenario that uses no cache',
      scenario(workload, 'expect: [cpu_per_request(service=redis) < 1ms]'),
      [
        'test.yaml:6:38 error: the service "redis" is not known',
        '    6 |     expect: [cpu_per_request(service=redis) < 1ms]',
        '      |                                      ~~~~~',
        '      hint: there are: app-1, postgres',
      ],
    ],
    [
      'suites that do not fit',
      `${scenario(workload)}suites:\n  s: [t, { variants: [x] }]\n  q: [s, { scenario: s, variants: [x], loads: 1 }]\n  e: []\n`,
      [
        'test.yaml:7:3 error: "s" is the name of a scenario',
        '    7 |   s: [t, { variants: [x] }]',
        '      |   ~',
        '      hint: name the suite otherwise',
        '',
        'test.yaml:7:7 error: the scenario "t" is not known',
        '    7 |   s: [t, { variants: [x] }]',
        '      |       ~',
        '      hint: there are: s',
        '',
        'test.yaml:7:10 error: the name of a scenario is missing',
        '    7 |   s: [t, { variants: [x] }]',
        '      |          ~~~~~~~~~~~~~~~~~',
        '      hint: write cache-hit, or { scenario: cache-hit, replicas: [1] }',
        '',
        'test.yaml:8:22 error: "s" is in this suite twice',
        '    8 |   q: [s, { scenario: s, variants: [x], loads: 1 }]',
        '      |                      ~',
        '',
        'test.yaml:8:36 error: the variant "x" is not known',
        '    8 |   q: [s, { scenario: s, variants: [x], loads: 1 }]',
        '      |                                    ~',
        '      hint: there are: default',
        '',
        'test.yaml:8:40 error: an entry of a suite has no key "loads"',
        '    8 |   q: [s, { scenario: s, variants: [x], loads: 1 }]',
        '      |                                        ~~~~~',
        '      hint: did you mean "load"? There are: scenario, variants, replicas, load, rounds',
        '',
        'test.yaml:9:6 error: the suite "e" is empty',
        '    9 |   e: []',
        '      |      ~~',
      ],
    ],
    [
      'what is missing, and in the wrong place',
      'scenario: {}\nscenarios:\n  a: 1\n  b: { variants: {}, expect: p99 }\n',
      [
        'test.yaml:1:1 error: the file has no key "scenario"',
        '    1 | scenario: {}',
        '      | ~~~~~~~~',
        '      hint: did you mean "scenarios"? There are: version, defaults, images, scenarios, suites',
        '',
        'test.yaml:1:1 error: the file has no version',
        '    1 | scenario: {}',
        '      | ~',
        '      hint: write version: 1',
        '',
        'test.yaml:3:6 error: the scenario "a" must be a map',
        '    3 |   a: 1',
        '      |      ~',
        '      hint: its keys are: question, prediction, target, services, data, workload, keys, load, trust, app, limits, acts, variants, replicas, rounds, evidence, expect',
        '',
        'test.yaml:4:3 error: the scenario "b" has no question',
        '    4 |   b: { variants: {}, expect: p99 }',
        '      |   ~',
        '      hint: question: one sentence that the numbers will answer',
        '',
        'test.yaml:4:3 error: the scenario "b" has no workload',
        '    4 |   b: { variants: {}, expect: p99 }',
        '      |   ~',
        '      hint: workload: a list of requests such as GET /todos/{todo}',
        '',
        'test.yaml:4:18 error: variants is empty',
        '    4 |   b: { variants: {}, expect: p99 }',
        '      |                  ~~',
        '',
        'test.yaml:4:30 error: expect must be a list',
        '    4 |   b: { variants: {}, expect: p99 }',
        '      |                              ~~~',
        '      hint: put each item behind a dash, or all of them into [ ]',
      ],
    ],
    [
      'a map where the text of a header should be',
      scenario('workload: [{ request: GET /, headers: { a: { b: c } } }]'),
      [
        'test.yaml:5:48 error: the header "a" must be a text',
        '    5 |     workload: [{ request: GET /, headers: { a: { b: c } } }]',
        '      |                                                ~~~~~~~~',
      ],
    ],
    [
      'maps where one map, or a word, should be',
      scenario(workload, 'load: [{ connections: 5 }]', 'variants: { a: { load: { keep-alive: { on: 1 } } } }'),
      [
        'test.yaml:6:11 error: load must be a map',
        '    6 |     load: [{ connections: 5 }]',
        '      |           ~~~~~~~~~~~~~~~~~~~~',
        expect.stringMatching(/^ {6}hint: its keys are: connections, /),
        '',
        'test.yaml:7:42 error: keep-alive must be true or false',
        '    7 |     variants: { a: { load: { keep-alive: { on: 1 } } } }',
        '      |                                          ~~~~~~~~~',
      ],
    ],
  ])('%s', (_name, text, lines) => expect(problemsOf(text).split('\n')).toEqual(lines));
});

/** The first lines of the problems. */
const sentences = (text: string): string[] =>
  problemsOf(text)
    .split('\n\n')
    .map((problem) => problem.split('\n')[0]?.replace('test.yaml:', '') ?? '');

describe('broken YAML', () => {
  it.each<[string, string[]]>([
    ['', ['1:1 error: the file is empty']],
    ['version: 1\n\tscenarios: {}', ['2:1 error: tabs are not allowed as indentation']],
    [
      'a: 1\na: 2',
      [
        '1:1 error: the file has no key "a"',
        '1:1 error: the file has no version',
        '1:1 error: the file has no scenarios',
        '2:1 error: the key "a" is there twice',
      ],
    ],
    ['{ version: 1', ['1:1 error: no } closes this {']],
    ['version: 1\n---\nversion: 1', ['2:1 error: a second document begins here']],
    ['a: [GET /todos/{todo}]\nb: ]', ['1:5 error: inside [ ] and { } a text with braces or brackets needs quotes']],
    [
      'a: "\\q"\nb: !c "\\w"',
      [
        '1:5 error: invalid escape sequence \\q',
        '2:4 error: unresolved tag: !c',
        '2:8 error: invalid escape sequence \\w',
      ],
    ],
    ['version: *one', ['1:10 error: there is no anchor "one" before here']],
    ['version: &one [*one]', ['1:16 error: "one" contains itself']],
    ['version: !date 1', ['1:10 error: unresolved tag: !date']],
    [
      '<<: 1',
      [
        '1:1 error: the file has no version',
        '1:1 error: the file has no scenarios',
        '1:5 error: only maps can be merged',
      ],
    ],
    [
      '? [a]\n: 1',
      [
        '1:1 error: the file has no version',
        '1:1 error: the file has no scenarios',
        '1:3 error: a key must be a single word',
      ],
    ],
    ['[]', ['1:1 error: the file must be a map']],
  ])('%j', (text, expected) => expect(sentences(text)).toEqual(expected));

  it('is not blown up by nesting', () => {
    const [problem, ...others] = sentences(`a: ${'['.repeat(100_000)}`);
    expect(problem).toMatch(/^1:\d+ error: this is nested too deeply$/);
    expect(others).toEqual([]);
  });

  it('is not blown up by aliases of aliases', () => {
    const bomb = Array.from({ length: 30 }, (_, level) => {
      return `x-${level}: &a${level} [${Array(10)
        .fill(level === 0 ? '1' : `*a${level - 1}`)
        .join(', ')}]`;
    });
    expect(sentences(bomb.join('\n'))).toEqual(['5:10 error: this unfolds to more than 50000 values']);
  });

  it('takes names that objects have for names', () => {
    expect(sentences(scenario(workload, 'app: { __proto__: 1, constructor: 2 }'))).toEqual([
      '6:12 error: app has no key "__proto__"',
      '6:26 error: app has no key "constructor"',
    ]);
    expect(sentences(scenario(workload, 'variants: { __proto__: { app: } }'))[0]).toBe(
      '6:17 error: "__proto__" is not a name',
    );
  });
});
