import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { balancedBy } from '../model/system.ts';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../model/errors.ts';
import { requestNames } from '../model/workload.ts';
import { readScenarioFile } from './parse.ts';
import { only, parsed, scenario, workload } from './testing/files.ts';
import { ScenarioFileError } from './yaml/problem.ts';

describe('parseScenarioFile', () => {
  it('applies every default', () => {
    expect(parsed(scenario(workload))).toEqual({
      path: 'test.yaml',
      images: {},
      scenarios: [
        {
          name: 's',
          question: 'Why?',
          prediction: undefined,
          data: { users: 100, todos: 10_000 },
          workload: {
            requests: [{ name: 'GET /todos', method: 'GET', path: '/todos', weight: 1, headers: {}, check: {} }],
            keys: {},
          },
          load: {
            kind: 'closed',
            driver: 'lab',
            connections: 50,
            thinkMs: 0,
            warmupMs: 2000,
            durationMs: 10_000,
            timeoutMs: 10_000,
          },
          trust: { utilisation: 0.95, lagMs: 50, scheduleLagMs: 10, shortfall: 0.01, samples: 10 },
          variants: [
            {
              name: 'default',
              system: {
                kind: 'app',
                hasRedis: false,
                balancer: undefined,
                limits: { cpu: undefined, memoryBytes: undefined },
                slowReplicaMs: 0,
                autoscale: undefined,
                rollout: undefined,
                app: {
                  cache: {
                    strategy: 'none',
                    ttlMs: 60_000,
                    jitter: 0,
                    lockTimeoutMs: 2000,
                    beta: 1,
                    onWrite: 'delete',
                    localSize: 0,
                    localTtlMs: 1000,
                    check: 0,
                  },
                  feed: 'join',
                  graphql: 'off',
                  sharding: 'none',
                  pages: 'offset',
                  likes: { strategy: 'one-row', shards: 64 },
                  notifications: {
                    by: 'http',
                    acks: 'all',
                    inbox: 'memory',
                    mailTimeMs: 0,
                    order: 'write-first',
                    gapMs: 0,
                  },
                  summaries: 'tables',
                  pool: { size: 10, queueLimit: 1000, timeoutMs: 5000, leakEvery: 0, reclaimAfterMs: 0 },
                  reads: { from: 'primary', ownWriteMs: 1000, lagMs: 0 },
                  connections: 'pool',
                  queryCostMs: 0,
                  queryCpuRows: 0,
                  workers: 1,
                  titleIndex: false,
                },
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

  it('reads limits, a slow replica and base images', () => {
    const { images, scenarios } = parsed(`version: 1
images: { node: mirror/node:22 }
scenarios:
  s:
    question: Why?
    ${workload}
    limits: { cpu: 0.5, memory: 256MB }
    variants:
      plain:
      slow: { slow-replica: 50ms, balancer: random-two, limits: { cpu: 2 } }`);
    expect(images).toEqual({ node: 'mirror/node:22' });
    expect(scenarios[0]?.variants.map(({ system }) => system)).toMatchObject([
      { limits: { cpu: 0.5, memoryBytes: 268_435_456 }, slowReplicaMs: 0, balancer: undefined },
      { limits: { cpu: 2, memoryBytes: 268_435_456 }, slowReplicaMs: 50, balancer: balancedBy('random-two') },
    ]);
  });

  it('reads a balancer as a word, or as a map with what else it does', () => {
    const { scenarios } = parsed(`version: 1
scenarios:
  s:
    question: Why?
    ${workload}
    variants:
      word: { balancer: ip-hash }
      checks: { balancer: { health-checks: false } }
      retries: { balancer: { method: least-connections, retries: 2 } }`);
    expect(scenarios[0]?.variants.map(({ system }) => system)).toMatchObject([
      { balancer: { method: 'ip-hash', healthChecks: true, retries: 0 } },
      { balancer: { method: 'round-robin', healthChecks: false, retries: 0 } },
      { balancer: { method: 'least-connections', healthChecks: true, retries: 2 } },
    ]);
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
    const [plain, other] = scenarios[0]?.variants.map(({ system }) => system) ?? [];
    expect(scenarios[0]).toMatchObject({ data: { users: 5, todos: 7 }, replicas: [3], rounds: 2 });
    const common = { ttlMs: 1000, jitter: 0.1 };
    expect(plain).toMatchObject({
      app: { cache: { ...common, strategy: 'aside' }, pool: { size: 20, timeoutMs: 1000 } },
      balancer: undefined,
    });
    expect(other).toMatchObject({
      app: {
        cache: { ...common, strategy: 'lock' },
        pool: { size: 5, queueLimit: 0, timeoutMs: 1000 },
        feed: 'n+1',
        connections: 'per-request',
        queryCostMs: 20,
        workers: 2,
        titleIndex: true,
      },
      balancer: balancedBy('least-connections'),
    });
  });

  it('has Redis beside all variants of a scenario where one uses a cache', () => {
    const systemsWith = (cache: string): readonly unknown[] =>
      parsed(`
version: 1
scenarios:
  s:
    question: Why?
    ${workload}
    variants: { plain: {}, other: { app: { cache: ${cache} } }, running: { target: { url: 'http://127.0.0.1:1' } } }
`).scenarios.flatMap(({ variants }) => variants.map(({ system }) => system));
    const url = { kind: 'url', url: 'http://127.0.0.1:1' };
    expect(systemsWith('lock')).toMatchObject([{ hasRedis: true }, { hasRedis: true }, url]);
    expect(systemsWith('none')).toMatchObject([{ hasRedis: false }, { hasRedis: false }, url]);
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
        '    name: a new todo',
        '    check: { status: 201, contains: "{user}" }',
        '  - { request: PATCH /todos/1, body: "{}", headers: { Content-Type: text/plain } }',
        'keys: { user: { uniform: 100 }, skip: { zipf: 1.1, of: 50 } }',
        'load: { burst: 200, timeout: 3s }',
      ),
    );
    expect(scenarios[0]?.workload).toEqual({
      requests: [
        {
          name: 'GET /users/{user}/todos?skip={skip}',
          method: 'GET',
          path: '/users/{user}/todos?skip={skip}',
          weight: 1,
          headers: {},
          check: {},
        },
        {
          name: 'a new todo',
          method: 'POST',
          path: '/todos',
          weight: 3,
          headers: { 'content-type': 'application/json', 'X-Test': '1' },
          body: '{"title":"for {user}","user_id":{user},"tags":[1,null]}',
          json: true,
          check: { status: 201, contains: '{user}' },
        },
        {
          name: 'PATCH /todos/1',
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

  it('tells requests that say the same, and no name, as one', () => {
    const { workload } = only(scenario('workload:', '  - { request: POST /a, body: x }', '  - { request: POST   /a }'));
    expect(requestNames(workload)).toEqual(['POST /a']);
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
    const error: unknown = await readScenarioFile(at(name), name).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message });
  });
});
