import { describe, expect, it } from 'vitest';
import { parseObjective } from './claims/objective.ts';
import { planOfSearch } from './planning/search-plan.ts';
import { only, parsed, problemsOf, scenario, workload } from './testing/files.ts';
import { describeRequest } from './words/words.ts';

const shop = [
  'workload:',
  '  - { request: GET /, weight: 199 }',
  '  - { request: POST /pay, name: checkout }',
  '  - POST /cart',
] as const;

describe('the name of a request', () => {
  it('is its method and path, unless it has one', () => {
    const { workload } = only(scenario(...shop));
    expect(workload.requests.map(({ name }) => name)).toEqual(['GET /', 'checkout', 'POST /cart']);
    expect(workload.requests.map((request) => describeRequest(request, workload))).toEqual([
      '99% GET /',
      '<1% checkout: POST /pay',
      '<1% POST /cart',
    ]);
  });

  it('belongs to one request', () => {
    const list = ['workload:', '  - { request: GET /a, name: a }', '  - { request: GET /b, name: a }', '  - GET /c'];
    expect(problemsOf(scenario(...list))).toBe(
      [
        'test.yaml:6:34 error: another request is called "a"',
        '    6 |       - { request: GET /a, name: a }',
        '      |                                  ~',
        '      hint: claims and results tell requests apart by their names',
        '',
        'test.yaml:7:34 error: another request is called "a"',
        '    7 |       - { request: GET /b, name: a }',
        '      |                                  ~',
        '      hint: claims and results tell requests apart by their names',
      ].join('\n'),
    );
    const taken = scenario('workload:', '  - GET /a', '  - { request: GET /b, name: GET /a }');
    expect(problemsOf(taken)).toContain('test.yaml:7:34 error: another request is called "GET /a"');
  });

  it.each([
    ['""', 'the name of the request is empty'],
    ['7', 'the name of the request must be a text'],
    [`'it''s'`, 'the name of the request cannot hold this character'],
    ['x'.repeat(101), 'the name of the request is longer than 100 characters'],
  ])('%s is refused', (name, sentence) => {
    expect(problemsOf(scenario('workload:', `  - { request: GET /, name: ${name} }`))).toContain(sentence);
  });

  it('that a claim refers to has to be in the workload', () => {
    expect(problemsOf(scenario(...shop, "expect: [p99(request='chekout') < 1s]"))).toBe(
      [
        'test.yaml:9:26 error: the request "chekout" is not known',
        "    9 |     expect: [p99(request='chekout') < 1s]",
        '      |                          ~~~~~~~~~',
        '      hint: did you mean "checkout"? There are: GET /, checkout, POST /cart',
      ].join('\n'),
    );
    expect(problemsOf(scenario(...shop, "expect: [p99(request='checkout') < 1s]"))).toBe('no problem');
  });
});

describe('an objective', () => {
  const load = (name: string): string =>
    `load: { find: max-rps, slo: "error_rate < 1%, p99(request='${name}') < 9ms" }`;

  it('may be about one request, which the workload has', () => {
    expect(problemsOf(scenario(...shop, load('checkout')))).toBe('no problem');
    expect(problemsOf(scenario(...shop, load('POST /pay')))).toBe(
      [
        'test.yaml:9:63 error: the request "POST /pay" is not known',
        `    9 |     ${load('POST /pay')}`,
        '      |                                                               ~~~~~~~~~~~',
        '      hint: did you mean "POST /cart"? There are: GET /, checkout, POST /cart',
      ].join('\n'),
    );
  });

  it('of a variant, of defaults and of a suite as well', () => {
    const unknown = 'the request "x" is not known';
    expect(problemsOf(scenario(...shop, `variants: { a: { ${load('x')} } }`))).toContain(`9:80 error: ${unknown}`);
    const inherited = scenario(workload).replace('scenarios:', `defaults: { ${load('x')} }\nscenarios:`);
    expect(problemsOf(inherited)).toContain(`test.yaml:4:3 error: of the objective in defaults, ${unknown}`);
    const suite = `${scenario(workload)}suites: { q: [{ scenario: s, ${load('x')} }] }\n`;
    expect(problemsOf(suite)).toContain(unknown);
  });

  it('from the command line is held against the workload that is searched', () => {
    const [base] = parsed(scenario(...shop)).scenarios;
    const objective = (name: string) => {
      const read = parseObjective(`p99(request='${name}') < 9ms`);
      return read.ok ? read.claims : expect.fail('the objective is right');
    };
    const plan = (name: string) => planOfSearch(base ?? expect.fail(), { slo: objective(name) }, {}, 1);
    expect(plan('checkout').trials).toHaveLength(1);
    expect(() => plan('chekout')).toThrow('--slo: the request "chekout" is not known');
  });
});
