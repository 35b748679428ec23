import { describe, expect, it } from 'vitest';
import { only, parsed, problemsOf, scenario, workload } from './testing/files.ts';

const url = 'http://127.0.0.1:8080';
const target = `target: { url: ${url} }`;

describe('a target', () => {
  it('of a scenario is that of all its variants, unless they have their own', () => {
    const { variants } = only(
      scenario(workload, target, 'variants: { one: , other: { target: { url: "https://[::1]/api/" } } }'),
    );
    expect(variants).toEqual([
      { name: 'one', system: { kind: 'url', url } },
      { name: 'other', system: { kind: 'url', url: 'https://[::1]/api' } },
    ]);
  });

  it('needs no variants, and takes nothing from the defaults that it has no use for', () => {
    const text = scenario(workload, target).replace('\n', '\ndefaults: { app: { pool: 2 }, replicas: [2, 4] }\n');
    expect(only(text)).toMatchObject({
      variants: [{ name: 'default', system: { kind: 'url', url } }],
      replicas: [1],
    });
  });

  it('may stand beside variants of the reference app, all at 1 replica', () => {
    const text = scenario(
      workload,
      'app: { pool: 2 }',
      'replicas: 1',
      `variants: { mine: { ${target} }, reference: }`,
      'evidence: [queries_per_request]',
      'expect: [queries_per_request < 2, queries_per_request(reference) < 2, rps(mine) > rps(reference)]',
    );
    const { variants } = only(text);
    expect(variants.map(({ system }) => system.kind)).toEqual(['url', 'app']);
    const suites = 'suites: { q: [{ scenario: s, variants: [reference], replicas: [1, 2] }] }\n';
    expect(parsed(text + suites).suites[0]?.scenarios[0]?.replicas).toEqual([1, 2]);
  });
});

/** The problems of those lines, each as its underlined text and its sentence. */
function faultsOf(...lines: string[]): string[] {
  return problemsOf(scenario(workload, ...lines))
    .split('\n\n')
    .map((problem) => {
      const [head = '', source = '', underline = ''] = problem.split('\n');
      const marked = source.slice(underline.indexOf('~'), underline.lastIndexOf('~') + 1);
      return `[${marked}] ${head.replace(/^.* error: /, '')}`;
    });
}

describe('a target is refused', () => {
  it.each([
    ['localhost:8080', '[localhost:8080] the url must begin with http:// or https://'],
    ['ftp://127.0.0.1', '[ftp://127.0.0.1] the url must begin with http:// or https://'],
    ['http://', '[http://] the url "http://" is not an address'],
    ['http://a:99999', '[http://a:99999] the url "http://a:99999" is not an address'],
    ['http://a/b?c=d', '[?c=d] the url of a target ends with its path'],
    ["'http://a/#top'", '[#top] the url of a target ends with its path'],
    ['http://me:secret@a', '[http://me:secret@a] the url cannot hold a name or a password'],
    ['8080', '[8080] the url must be a text'],
  ])('%s', (address, fault) => expect(faultsOf(`target: { url: ${address} }`)).toEqual([fault]));

  it('without a url, and with keys that it does not have', () => {
    expect(faultsOf('target: { port: 8080 }')).toEqual([
      '[{ port: 8080 }] the url is missing',
      '[port] target has no key "port"',
    ]);
    expect(faultsOf(`target: ${url}`)).toEqual([`[${url}] target must be a map`]);
  });

  it('with settings of the reference app', () => {
    expect(
      faultsOf(target, 'app: { pool: 2 }', 'data: { users: 1 }', 'limits: { cpu: 1 }', 'replicas: [1, 2]'),
    ).toEqual([
      '[app] a scenario of targets has no "app"',
      '[data] a scenario of targets has no "data"',
      '[limits] a scenario of targets has no "limits"',
      '[[1, 2]] a target has no replicas that the lab knows of',
    ]);
    const settings = 'app: { pool: 2 }, balancer: ip-hash, limits: { cpu: 1 }, slow-replica: 1s';
    expect(faultsOf('replicas: 2', `variants: { mine: { ${target}, ${settings} }, other: }`)).toEqual([
      '[2] a target has no replicas that the lab knows of',
      '[app] a variant with a target has no "app"',
      '[balancer] a variant with a target has no "balancer"',
      '[limits] a variant with a target has no "limits"',
      '[slow-replica] a variant with a target has no "slow-replica"',
    ]);
  });

  it('with metrics that only the reference app tells', () => {
    const lines = [
      `variants: { mine: { ${target} }, reference: }`,
      'expect: [queries_per_request(mine) < 2, queries_per_request < 2, p99(mine) < 1s]',
    ];
    const sentence = "queries_per_request comes from the reference app's own telemetry, and a target has none";
    expect(faultsOf(...lines)).toEqual([`[queries_per_request] ${sentence}`]);
    expect(faultsOf(target, 'evidence: [p99, queries_per_request]', 'expect: [queries_per_request < 2]')).toEqual([
      `[queries_per_request] ${sentence}`,
      `[queries_per_request] ${sentence}`,
    ]);
  });

  it('with replicas in a suite', () => {
    const text = `${scenario(workload, target)}suites: { q: [{ scenario: s, replicas: 2 }] }\n`;
    expect(problemsOf(text).split('\n')).toEqual([
      'test.yaml:7:40 error: a target has no replicas that the lab knows of',
      '    7 | suites: { q: [{ scenario: s, replicas: 2 }] }',
      '      |                                        ~',
      '      hint: the lab starts nothing of it: leave replicas out',
    ]);
  });
});
