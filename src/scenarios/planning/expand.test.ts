import { describe, expect, it } from 'vitest';
import { UsageError } from '../../model/errors.ts';
import type { Plan, Trial } from '../../model/plan.ts';
import { parsed } from '../testing/files.ts';
import { describePlan } from '../words/describe.ts';
import { planOf } from './expand.ts';
import type { Overrides } from './override-checks.ts';

const file = parsed(`
version: 1
scenarios:
  cache:
    question: Does a cache pay off, and by how much, when everybody reads the same few todos over and over again?
    workload: ['GET /todos/{todo}']
    keys: { todo: { zipf: 1.1, of: 1000 } }
    variants:
      none:
      aside: { app: { cache: aside }, balancer: least-connections }
      lock: { app: { cache: { strategy: lock, ttl: 1s, jitter: 10%, lock-timeout: 1s }, query-cost: 20ms } }
    replicas: [1, 2]
    rounds: 2
    expect:
      - error_rate == 0
      - rps(aside) > rps(none)
      - rps(lock, replicas=2) > rps(lock, replicas=1)
  write:
    question: What does a write cost?
    load: { connections: 1, warmup: 0s, duration: 2m, timeout: 1s }
    workload:
      - { request: 'GET /todos/{todo}', weight: 3 }
      - { request: POST /todos, body: { title: x }, check: { status: 201, contains: x } }
    keys: { todo: { uniform: 1000 } }
    rounds: 2
  herd:
    question: What does a herd do?
    load: { burst: 200, times: 3, every: 2s }
    data: { users: 1, todos: 1 }
    workload: ['GET /todos/{todo}']
    keys: { todo: { hot: 1 } }
  mine:
    question: What does my own server do?
    target: { url: 'http://127.0.0.1:8080' }
    workload: [GET /]
suites:
  quickstart:
    - { scenario: cache, variants: [none, aside], replicas: [1], load: { duration: 4s, warmup: 1s }, rounds: 1 }
    - herd
`);

const plan = (names: readonly string[] = [], overrides: Overrides = {}, seed = 42): Plan =>
  planOf(file, names, overrides, seed);
const isFresh = ({ system }: Trial): boolean => system.kind === 'app' && system.freshData;
const inWords = (trial: Trial): string => `${trial.scenario} ${trial.variant} ×${trial.replicas} #${trial.round}`;

describe('planOf', () => {
  it('plans the quick start, and says so as text', () => {
    expect(describePlan(plan()).split('\n')).toEqual([
      '3 trials, about 23.1 s, seed 42',
      '',
      'cache',
      '  question  Does a cache pay off, and by how much, when everybody reads the same',
      '              few todos over and over again?',
      "  load      50 connections for 4 s after 1 s of warm-up, the lab's own driver",
      '  requests  GET /todos/{todo} (todo: 1 to 1,000, zipf 1.1)',
      '  data      100 users, 10,000 todos',
      '  variants  none: defaults',
      '            aside: cache aside (ttl 1 min), balanced by least-connections',
      '  claims    error_rate == 0',
      '            rps(aside) > rps(none)',
      '  left out  rps(lock, replicas=2) > rps(lock, replicas=1)',
      '',
      '  trial  variant  replicas  round       time',
      '      1  aside           1      1      5.7 s',
      '      2  none            1      1      5.7 s',
      '',
      'herd',
      '  question  What does a herd do?',
      '  load      3 bursts of 200 requests, one every 2 s',
      '  requests  GET /todos/{todo} (todo: always 1)',
      '  data      1 user, 1 todo',
      '  variants  default: defaults',
      '',
      '  trial  variant  replicas  round       time',
      '      3  default         1      1      8.7 s',
      '',
    ]);
  });

  it('describes weights, bodies, checks and settings', () => {
    const text = describePlan(plan(['write', 'cache'], { variants: ['lock', 'default'], replicas: [2], rounds: 1 }));
    expect(text.split('\n')).toEqual([
      '2 trials, about 2 min 16 s, seed 42',
      '',
      'write',
      '  question  What does a write cost?',
      "  load      1 connection for 2 min, the lab's own driver, time-out 1 s",
      '  requests  75% GET /todos/{todo} (todo: 1 to 1,000, uniform)',
      '            25% POST /todos (body of 13 bytes; answer 201 with "x")',
      '  data      100 users, 10,000 todos',
      '  variants  default: defaults',
      '',
      '  trial  variant  replicas  round       time',
      '      1  default         2      1  2 min 1 s',
      '',
      'cache',
      '  question  Does a cache pay off, and by how much, when everybody reads the same',
      '              few todos over and over again?',
      "  load      50 connections for 10 s after 2 s of warm-up, the lab's own driver",
      '  requests  GET /todos/{todo} (todo: 1 to 1,000, zipf 1.1)',
      '  data      100 users, 10,000 todos',
      '  variants  lock: cache lock (ttl 1 s, jitter 10%, lock time-out 1 s), query',
      '              cost 20 ms',
      '  claims    error_rate == 0',
      '  left out  rps(aside) > rps(none)',
      '            rps(lock, replicas=2) > rps(lock, replicas=1)',
      '',
      '  trial  variant  replicas  round       time',
      '      2  lock            2      1     12.7 s',
      '',
    ]);
  });

  it('runs every variant at every replica count in each round, in a seeded random order', () => {
    const { trials } = plan(['cache']);
    const all = ['none', 'aside', 'lock'].flatMap((variant) => [1, 2].map((replicas) => `${variant} ×${replicas}`));
    for (const round of [1, 2]) {
      const ofRound = trials.slice(6 * (round - 1), 6 * round);
      expect(ofRound.map(inWords).sort()).toEqual(all.map((one) => `cache ${one} #${round}`).sort());
    }
    expect(trials.map((trial) => trial.number)).toEqual(trials.map((_, index) => index + 1));
    expect(plan(['cache'])).toEqual(plan(['cache']));
    const orders = Array.from({ length: 20 }, (_, seed) => plan(['cache'], {}, seed).trials.map(inWords).join());
    expect(new Set(orders).size).toBeGreaterThan(15);
  });

  it('gives all trials of a round the same seed, whatever else is run', () => {
    const { trials } = plan(['write', 'cache']);
    const seeds = (scenario: string, round: number, of: readonly Trial[] = trials) =>
      new Set(of.filter((trial) => trial.scenario === scenario && trial.round === round).map((trial) => trial.seed));
    expect(seeds('cache', 1).size).toBe(1);
    expect(seeds('cache', 1)).not.toEqual(seeds('cache', 2));
    expect(seeds('cache', 1)).not.toEqual(seeds('write', 1));
    expect(seeds('cache', 1)).toEqual(seeds('cache', 1, plan(['cache'], { variants: ['lock'] }).trials));
    expect(seeds('cache', 1)).not.toEqual(seeds('cache', 1, plan(['cache'], {}, 43).trials));
  });

  it('asks for fresh data after a trial that wrote to the same data', () => {
    const fresh = plan(['write', 'cache'], { rounds: 1 }).trials.map(isFresh);
    expect(fresh).toEqual([false, true, false, false, false, false, false]);
    expect(plan(['write']).trials.map(isFresh)).toEqual([false, true]);
    expect(plan(['write', 'herd'], { rounds: 1 }).trials.map(isFresh)).toEqual([false, false]);
    expect(plan(['write', 'mine', 'cache'], { rounds: 1 }).trials.map(isFresh).slice(0, 3)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('lays overrides over every scenario that they fit', () => {
    const { scenarios, trials } = plan([], {
      connections: 7,
      durationMs: 500,
      warmupMs: 0,
      replicas: [3, 3],
      rounds: 2,
    });
    expect(scenarios[0]?.load).toMatchObject({ kind: 'closed', connections: 7, warmupMs: 0, durationMs: 500 });
    expect(scenarios[1]?.load).toEqual({ kind: 'burst', size: 200, times: 3, everyMs: 2000, timeoutMs: 10_000 });
    expect(scenarios.map(({ replicas, rounds }) => [...replicas, rounds])).toEqual([
      [3, 2],
      [3, 2],
    ]);
    expect(trials).toHaveLength(6);
  });

  it('judges a claim again that the suite left out, where the override brings it back', () => {
    const expectations = plan(['cache'], { replicas: [1] }).leftOut;
    expect(expectations).toEqual([{ scenario: 'cache', expectation: 'rps(lock, replicas=2) > rps(lock, replicas=1)' }]);
    expect(plan(['cache'], { replicas: [2, 1] }).leftOut).toEqual([]);
  });

  it('runs only the scenarios that have a wanted variant', () => {
    expect(plan([], { variants: ['aside'] }).scenarios.map(({ name }) => name)).toEqual(['cache']);
  });

  it('takes a name that is given twice once', () => {
    expect(plan(['herd', 'herd']).trials).toHaveLength(1);
  });
});

describe('planOf refuses', () => {
  it.each<[string, readonly string[], Overrides, string, string | undefined]>([
    [
      'an unknown scenario',
      ['cahce'],
      {},
      'There is no scenario or suite "cahce"',
      'Did you mean "cache"? There are: cache, write, herd, mine, quickstart',
    ],
    [
      'a scenario and its suite',
      ['quickstart', 'herd'],
      {},
      'The scenario "herd" is selected twice: quickstart, herd',
      'Run a suite and a scenario of it one after the other.',
    ],
    [
      'an unknown variant',
      [],
      { variants: ['none', 'lokc'] },
      'There is no variant "lokc" among those selected of cache, herd',
      'There are: none, aside, default',
    ],
    [
      'options of closed load for bursts',
      ['herd'],
      { connections: 5, warmupMs: 0 },
      'Nothing that is selected takes --connections, --warmup: all of it sends bursts',
      undefined,
    ],
    [
      'too many connections',
      [],
      { connections: 10_001 },
      '--connections must be from 1 to 10000, not 10001',
      undefined,
    ],
    ['no time', [], { durationMs: 0 }, '--duration must be from 100ms to 60m, not 0s', undefined],
    ['too many replicas', [], { replicas: [1, 65] }, '--replicas must be from 1 to 64, not 65', undefined],
    ['half a round', [], { rounds: 0.5 }, '--rounds must be from 1 to 100, not 0.5', undefined],
  ])('%s', (_name, names, overrides, message, hint) => {
    const attempt = (): unknown => {
      try {
        return plan(names, overrides);
      } catch (error) {
        return error;
      }
    };
    const error = attempt();
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message, hint });
  });

  it('a file without a quick start, when nothing is named', () => {
    const without = { ...file, suites: [] };
    expect(() => planOf(without, [], {}, 1)).toThrow(
      'test.yaml has no suite "quickstart", which is run when nothing is named',
    );
  });
});
