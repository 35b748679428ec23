import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { parseScenarioFile, readScenarioFile, ScenarioFileError } from './parse.ts';
import { renderProblems } from './problem.ts';
import type { ScenarioFile } from './scenario.ts';

function parsed(text: string): ScenarioFile {
  const result = parseScenarioFile(text, 'test.yaml');
  if (!result.ok) expect.fail(renderProblems(result.problems));
  return result.file;
}

function problemsOf(text: string): string {
  const result = parseScenarioFile(text, 'test.yaml');
  return result.ok ? 'no problem' : renderProblems(result.problems);
}

/** The scenario `s` with those lines beside its question. */
const scenario = (...lines: string[]): string =>
  ['version: 1', 'scenarios:', '  s:', '    question: Why?', ...lines.map((line) => `    ${line}`), ''].join('\n');

const workload = 'workload: [GET /todos]';

describe('parseScenarioFile', () => {
  it('applies every default', () => {
    expect(parsed(scenario(workload))).toEqual({
      path: 'test.yaml',
      scenarios: [
        {
          name: 's',
          question: 'Why?',
          prediction: undefined,
          data: { users: 100, todos: 10_000 },
          workload: { requests: [{ method: 'GET', path: '/todos', weight: 1, headers: {}, check: {} }], keys: {} },
          load: { kind: 'closed', connections: 50, warmupMs: 2000, durationMs: 10_000, timeoutMs: 10_000 },
          variants: [
            {
              name: 'default',
              balancer: 'round-robin',
              app: {
                cache: { strategy: 'none', ttlMs: 60_000, jitter: 0, lockTimeoutMs: 2000, beta: 1 },
                feed: 'join',
                pool: { size: 10, queueLimit: 1000, timeoutMs: 5000 },
                connections: 'pool',
                queryCostMs: 0,
                workers: 1,
                titleIndex: false,
              },
            },
          ],
          replicas: [1],
          rounds: 1,
          evidence: [],
          expectations: [],
        },
      ],
      suites: [],
    });
  });

  it('lays variants over the scenario over the defaults', () => {
    const { scenarios } = parsed(`
version: 1
defaults:
  app: { cache: { strategy: aside, jitter: 10% }, pool: 20, workers: 2 }
  data: { users: 5 }
  replicas: 3
  rounds: 2
scenarios:
  s:
    question: Why?
    ${workload}
    app: { cache: { ttl: 1s }, pool: { timeout: 1s } }
    data: { todos: 7 }
    variants:
      plain:
      other:
        app: { cache: lock, pool: { size: 5, queue: 0 }, feed: n+1, connections: per-request, query-cost: 20ms, title-index: true }
        balancer: least-connections
`);
    const [plain, other] = scenarios[0]?.variants ?? [];
    expect(scenarios[0]).toMatchObject({ data: { users: 5, todos: 7 }, replicas: [3], rounds: 2 });
    const common = { ttlMs: 1000, jitter: 0.1 };
    expect(plain?.app).toMatchObject({ cache: { ...common, strategy: 'aside' }, pool: { size: 20, timeoutMs: 1000 } });
    expect(other?.app).toMatchObject({
      cache: { ...common, strategy: 'lock' },
      pool: { size: 5, queueLimit: 0, timeoutMs: 1000 },
      feed: 'n+1',
      connections: 'per-request',
      queryCostMs: 20,
      workers: 2,
      titleIndex: true,
    });
    expect([plain?.balancer, other?.balancer]).toEqual(['round-robin', 'least-connections']);
  });

  it('reads requests, keys and bursts', () => {
    const { scenarios } = parsed(
      scenario(
        'workload:',
        '  - GET /users/{user}/todos?skip={skip}',
        '  - request: POST /todos',
        '    weight: 3',
        '    headers: { X-Test: 1 }',
        '    body: { title: "for {user}", user_id: "{user}", tags: [1, null] }',
        '    check: { status: 201, contains: "{user}" }',
        '  - { request: PATCH /todos/1, body: "{}", headers: { Content-Type: text/plain } }',
        'keys: { user: { uniform: 100 }, skip: { zipf: 1.1, of: 50 } }',
        'load: { burst: 200, timeout: 3s }',
      ),
    );
    expect(scenarios[0]?.workload).toEqual({
      requests: [
        { method: 'GET', path: '/users/{user}/todos?skip={skip}', weight: 1, headers: {}, check: {} },
        {
          method: 'POST',
          path: '/todos',
          weight: 3,
          headers: { 'content-type': 'application/json', 'X-Test': '1' },
          body: '{"title":"for {user}","user_id":{user},"tags":[1,null]}',
          check: { status: 201, contains: '{user}' },
        },
        {
          method: 'PATCH',
          path: '/todos/1',
          weight: 1,
          headers: { 'Content-Type': 'text/plain' },
          body: '{}',
          check: {},
        },
      ],
      keys: { user: { kind: 'uniform', of: 100 }, skip: { kind: 'zipf', exponent: 1.1, of: 50 } },
    });
    expect(scenarios[0]?.load).toEqual({ kind: 'burst', size: 200, times: 5, everyMs: 2000, timeoutMs: 3000 });
  });

  it('derives the scenarios of a suite', () => {
    const file = parsed(
      `${scenario(
        workload,
        'variants: { a: , b: }',
        'replicas: [1, 2]',
        'expect: [p99(a) < 1s, p99(b) < 1s, p99(replicas=2) < 1s, p99 < 1s]',
      )}suites:\n  quick: [{ scenario: s, variants: [b], replicas: [1], load: { duration: 1s }, rounds: 3 }]\n  all: [s]\n`,
    );
    const [quick, all] = file.suites.map((suite) => suite.scenarios[0]);
    expect(quick).toMatchObject({ name: 's', replicas: [1], rounds: 3, load: { connections: 50, durationMs: 1000 } });
    expect(quick?.variants.map((variant) => variant.name)).toEqual(['b']);
    expect(quick?.expectations.map((expectation) => expectation.text)).toEqual(['p99(b) < 1s', 'p99 < 1s']);
    expect(all).toEqual(file.scenarios[0]);
  });

  it('follows anchors, aliases and merge keys', () => {
    const { scenarios } = parsed(`
version: 1
x-common: &common { question: Why?, ${workload}, load: &load { connections: 3 } }
scenarios:
  one: { <<: *common, question: How? }
  two: { <<: [{ replicas: 2 }, *common], load: { <<: *load, duration: 1s } }
`);
    expect(scenarios).toMatchObject([
      { name: 'one', question: 'How?', load: { connections: 3 } },
      { name: 'two', question: 'Why?', replicas: [2], load: { connections: 3, durationMs: 1000 } },
    ]);
  });
});

describe('a problem is shown at its place:', () => {
  it.each<[string, string, string[]]>([
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
        '      hint: did you mean "connections"? There are: connections, warmup, duration, burst, times, every, timeout',
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
      'a load of both kinds',
      scenario(workload, 'load: { burst: 5, connections: 5 }'),
      [
        'test.yaml:6:23 error: a load with "burst" has no "connections"',
        '    6 |     load: { burst: 5, connections: 5 }',
        '      |                       ~~~~~~~~~~~',
        '      hint: a closed load has connections, warmup, duration; bursts have burst, times, every',
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
        '      hint: did you mean "scenarios"? There are: version, defaults, scenarios, suites',
        '',
        'test.yaml:1:1 error: the file has no version',
        '    1 | scenario: {}',
        '      | ~',
        '      hint: write version: 1',
        '',
        'test.yaml:3:6 error: the scenario "a" must be a map',
        '    3 |   a: 1',
        '      |      ~',
        '      hint: its keys are: question, prediction, data, workload, keys, load, app, variants, replicas, rounds, evidence, expect',
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
    ['{ version: 1', ['1:13 error: flow map must end with a }']],
    ['version: 1\n---\nversion: 1', ['2:1 error: a second document begins here']],
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
    [`a: ${'['.repeat(100_000)}`, ['1:1 error: this is nested too deeply']],
  ])('%j', (text, expected) =>
    expect(sentences(text).map((line) => line.replace(/^1:\d+( error: this is nested)/, '1:1$1'))).toEqual(expected),
  );

  it('is not blown up by aliases of aliases', () => {
    const bomb = Array.from({ length: 30 }, (_, level) => {
      return `x-${level}: &a${level} [${Array(10)
        .fill(level === 0 ? '1' : `*a${level - 1}`)
        .join(', ')}]`;
    });
    expect(sentences(bomb.join('\n'))).toEqual(['5:6 error: this unfolds to more than 50000 values']);
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

describe('readScenarioFile', () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'scenarios-test-'));
    await mkdir(at('folder'));
    await writeFile(at('good.yaml'), `\uFEFF${scenario(workload)}`);
    await writeFile(at('bad.yaml'), 'version: 2\n');
    await writeFile(at('latin.yaml'), Buffer.from([0x61, 0xe9, 0x0a]));
    await writeFile(at('large.yaml'), '#'.repeat(1_048_577));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads a file', async () => {
    expect((await readScenarioFile(at('good.yaml'), 'good.yaml')).path).toBe('good.yaml');
  });

  it('throws every problem', async () => {
    const error: unknown = await readScenarioFile(at('bad.yaml'), 'bad.yaml').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ScenarioFileError);
    expect(error).toMatchObject({
      message: 'bad.yaml has 2 problems',
      exitCode: 2,
      problems: [{ line: 1 }, { line: 1 }],
    });
  });

  it.each([
    ['none.yaml', 'There is no file none.yaml'],
    ['folder', 'folder is a folder, not a scenario file'],
    ['latin.yaml', 'latin.yaml is not a text in UTF-8'],
    ['large.yaml', 'large.yaml is larger than 1 MB, which no scenario file is'],
  ])('refuses %s', async (name, message) => {
    await expect(readScenarioFile(at(name), name)).rejects.toThrow(new UsageError(message));
  });
});
