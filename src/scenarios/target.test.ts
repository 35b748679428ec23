import { describe, expect, it } from 'vitest';
import { balancedBy } from '../model/system.ts';
import { only, parsed, problemsOf, scenario, workload } from './testing/files.ts';
import { describeSettings } from './words/words.ts';

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

describe('a target that the lab starts', () => {
  it('is a command, in the folder of the file, and finds its port by itself', () => {
    expect(only(scenario(workload, 'target: { command: node server.js }')).variants).toEqual([
      {
        name: 'default',
        system: {
          kind: 'command',
          command: 'node server.js',
          folder: '/',
          port: undefined,
          environment: {},
          readyPath: undefined,
          readyLimitMs: 30_000,
          metricsPath: undefined,
          counters: {},
          balancer: undefined,
          limits: { cpu: undefined, memoryBytes: undefined },
        },
      },
    ]);
  });

  it('may be a list of words, which the shell takes as they are', () => {
    const command = `command: [node, my server.js, '--port={port}', "it's"]`;
    const [variant] = only(scenario(workload, `target: { ${command} }`)).variants;
    expect(variant?.system).toMatchObject({ command: `node 'my server.js' --port={port} 'it'\\''s'` });
  });

  it('takes the words of a list as they are written, numbers too', () => {
    const [variant] = only(scenario(workload, 'target: { command: [node, server.js, 8080, 1.50, true] }')).variants;
    expect(variant?.system).toMatchObject({ command: 'node server.js 8080 1.50 true' });
    const image = only(scenario(workload, 'target: { image: a, args: [-p, 08080], env: { VERSION: 1.10 } }'));
    expect(image.variants[0]?.system).toMatchObject({ args: ['-p', '08080'], environment: { VERSION: '1.10' } });
  });

  it('is an image, with all that can be said of it', () => {
    const target =
      'target: { image: shop, args: [serve], env: { LEVEL: 3, DEBUG: true }, ready: /health, ready-limit: 1m, metrics: /metrics, counters: { cache_hits_total: hits } }';
    const { variants, replicas } = only(
      scenario(
        workload,
        target,
        'replicas: [1, 2]',
        'limits: { cpu: 2 }',
        'variants: { one: { balancer: ip-hash, limits: { memory: 64MB } } }',
      ),
    );
    expect(replicas).toEqual([1, 2]);
    expect(variants[0]?.system).toMatchObject({
      kind: 'image',
      image: 'shop',
      args: ['serve'],
      port: 8080,
      environment: { LEVEL: '3', DEBUG: 'true' },
      readyPath: '/health',
      readyLimitMs: 60_000,
      metricsPath: '/metrics',
      counters: { cache_hits_total: 'hits' },
      balancer: balancedBy('ip-hash'),
      limits: { cpu: 2, memoryBytes: 64 * 2 ** 20 },
    });
  });

  it('is laid over that of its scenario, so that variants may differ in one variable', () => {
    const { variants } = only(
      scenario(
        workload,
        'target: { command: node a.js, env: { CACHE: on, LEVEL: 3 }, ready: /health }',
        'variants: { on: , off: { target: { env: { CACHE: off } } }, other: { target: { command: node b.js } }, image: { target: { image: b } } }',
      ),
    );
    expect(variants.map(({ system }) => system)).toMatchObject([
      { command: 'node a.js', environment: { CACHE: 'on', LEVEL: '3' }, readyPath: '/health' },
      { command: 'node a.js', environment: { CACHE: 'off', LEVEL: '3' }, readyPath: '/health' },
      { command: 'node b.js', environment: { CACHE: 'on', LEVEL: '3' }, readyPath: '/health' },
      { image: 'b', environment: {}, readyPath: undefined },
    ]);
  });

  it('is described without what its variables hold', () => {
    const target = 'target: { command: node a.js, env: { TOKEN: secret } }';
    const [variant] = only(scenario(workload, target)).variants;
    expect(variant && describeSettings(variant)).toBe('command node a.js, with TOKEN');
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
    ['8080', '[8080] the url must begin with http:// or https://'],
  ])('%s', (address, fault) => expect(faultsOf(`target: { url: ${address} }`)).toEqual([fault]));

  it('without a server, with two of them, and with keys that it does not have', () => {
    expect(faultsOf('target: { port: 8080 }')).toEqual(['[{ port: 8080 }] the target names no server']);
    expect(faultsOf(`target: { url: "${url}", command: node server.js }`)).toEqual([
      '[command] a target has one of url and command, not both',
    ]);
    expect(faultsOf(`target: { url: "${url}", port: 8080, ready: / }`)).toEqual([
      '[port] a target that runs already has no "port"',
      '[ready] a target that runs already has no "ready"',
    ]);
    expect(faultsOf('target: { command: node server.js, args: [a] }')).toEqual([
      '[args] a target that is a command has no "args"',
    ]);
    expect(faultsOf('target: { comand: node server.js }')).toEqual(['[comand] target has no key "comand"']);
    expect(faultsOf(`target: ${url}`)).toEqual([`[${url}] target must be a map`]);
  });

  it('with words of a command that cannot be', () => {
    expect(faultsOf(`target: { command: [node, ${'x'.repeat(2001)}] }`)).toEqual([
      expect.stringMatching(/^\[x+\] a word of the command is longer than 2000 characters$/),
    ]);
    expect(faultsOf('target: { command: [node, [a]] }')).toEqual(['[[a]] a word of the command must be a text']);
    expect(faultsOf('target: { command: [] }')).toEqual(['[[]] the command is empty']);
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

  it('with an environment, paths or counters that cannot be', () => {
    const faults = faultsOf(
      'target: { command: a, env: { PORT: 80, 1x: a, LIST: [a] }, ready: ready, metrics: /m, counters: { cache: a, cache_hits_total: a-b } }',
    );
    expect(faults).toEqual([
      '[PORT] the lab sets PORT',
      '[1x] "1x" is not the name of a variable',
      '[[a]] LIST must be a text',
      '[ready] ready must be a path',
      '[cache] counters has no key "cache"',
      '[a-b] the counter must be the name of a Prometheus metric',
    ]);
    expect(faultsOf('target: { command: a, counters: { cache_hits_total: hits } }')).toEqual([
      '[counters] counters are read where metrics says',
    ]);
  });

  it('with more replicas than a port of its own allows', () => {
    const sentence = '2 replicas of a command cannot all listen on port 80';
    expect(faultsOf('target: { command: a, port: 80 }', 'replicas: [1, 2]')).toEqual([`[target] ${sentence}`]);
    expect(faultsOf('variants: { one: { target: { command: a, port: 80 } } }', 'replicas: 2')).toEqual([
      `[target] ${sentence}`,
    ]);
  });

  it('with settings that only the reference app, or only an image has', () => {
    const settings = 'slow-replica: 1s, limits: { cpu: 1 }';
    expect(faultsOf(`variants: { one: { target: { command: a }, ${settings} } }`)).toEqual([
      '[slow-replica] a variant with a target has no "slow-replica"',
      '[limits] a variant with a command has no "limits"',
    ]);
    expect(faultsOf(`variants: { one: { target: { image: a }, ${settings} } }`)).toEqual([
      '[slow-replica] a variant with a target has no "slow-replica"',
    ]);
  });

  it('with metrics that its counters do not tell', () => {
    const hosted = 'target: { command: a, metrics: /metrics }';
    expect(faultsOf(hosted, 'expect: [pool_wait < 1ms, queries_per_request < 2]')).toEqual([
      "[pool_wait] pool_wait comes from the reference app's own telemetry, and the counters of a target do not tell it",
    ]);
    expect(faultsOf('target: { command: a }', 'expect: [queries_per_request < 2]')).toEqual([
      "[queries_per_request] queries_per_request comes from the reference app's own telemetry, and a target has none",
    ]);
  });

  it('with what nobody watches, or with services that it does not have', () => {
    const sentence = 'cpu_per_request is what a server uses, and nobody watches one that runs already';
    expect(faultsOf(target, 'evidence: [cpu_per_request]', 'expect: [cpu_per_request < 2ms]')).toEqual([
      `[cpu_per_request] ${sentence}`,
      `[cpu_per_request] ${sentence}`,
    ]);
    const claims = ['cpu_per_request < 2ms', 'memory_end(service=target-2) < 1GB', 'memory_end(service=nginx) < 1GB'];
    const expect_ = `expect: [${claims.join(', ')}]`;
    expect(faultsOf('target: { command: a }', 'replicas: 2', expect_)).toEqual(['[] no problem']);
    expect(faultsOf('target: { command: a }', expect_)).toEqual([
      '[target-2] the service "target-2" is not known',
      '[nginx] the service "nginx" is not known',
    ]);
    expect(faultsOf('target: { command: a }', 'expect: [cpu_per_request(service=postgres) < 2ms]')).toHaveLength(1);
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
