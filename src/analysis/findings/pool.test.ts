import { describe, expect, it } from 'vitest';
import { foundOf, p99, served, service, trialOf } from '../../../test/fakes/evidence.ts';
import { backends, telemetry, timeline } from '../../../test/fakes/records.ts';
import type { TrialView } from '../trial-view.ts';

const replicas = [{ replica: 'app-1', counters: {}, gauges: { db_pool_size: 10 } }];
const samples = timeline({ 'app-1 db_pool_in_use': [10, 9, 10, 10] });
const waiting = {
  measurement: p99({ network: 1, pool: 38, db: 2 }),
  telemetry: telemetry({}, { replicas, timeline: samples }),
  metrics: { pool_in_use: 0.99, event_loop_utilisation: 0.4 },
  resources: [service('postgres', 0.4), service('app-1', 0.3)],
} satisfies Partial<TrialView>;

const poolWait = (changes: Partial<TrialView> = {}) => foundOf('pool-wait', { ...waiting, ...changes });
const said = 'pool-wait: p99 is pool wait: 38 of 41 ms; 9.9 of 10 connections (99%) were in use on average.';
const would = `${said} A larger pool would help (pool: 20): PostgreSQL used 0.4 of 2 cores.`;
const mayOrNot = `${said} Whether a larger pool helps, a try tells (pool: 20).`;
const wouldNot = (because: string) => `${said} A larger pool would not help: ${because}.`;

describe('pool-wait', () => {
  it('advises a larger pool where nothing else is at its limit', () => {
    expect(poolWait()).toBe(would);
  });

  it('advises against it where something else is', () => {
    const limited = service('postgres', 0.5, { cpuLimit: 0.5 });
    expect(poolWait({ resources: [limited] })).toBe(wouldNot('PostgreSQL is the limit, at 0.5 of 0.5 cores'));
    const busy = [service('postgres', 0.9), service('app-1', 0.6)];
    expect(poolWait({ resources: busy })).toBe(wouldNot('the machine is full, at 1.9 of 2 cores'));
    expect(poolWait({ machine: { cores: 2, cpuRatio: 1.95 } })).toBe(wouldNot('the machine is full, at 2 of 2 cores'));
    const metrics = { pool_in_use: 0.99, event_loop_utilisation: 0.98 };
    expect(poolWait({ metrics })).toBe(wouldNot('the event loop is full (utilisation 0.98)'));
    const throttled = service('app-1', 0.2, { cpuLimit: 0.25, throttledRatio: 0.7 });
    expect(poolWait({ resources: [service('postgres', 0.1), throttled] })).toBe(
      wouldNot('the replicas are at their CPU limit'),
    );
  });

  it('looks at the busiest of several databases, and not at one that nobody asks', () => {
    const counters = { 'shard_queries_total{shard="north"}': 90, 'shard_queries_total{shard="south"}': 10 };
    const sharded = telemetry(
      {},
      { replicas: [{ replica: 'app-1', counters, gauges: { db_pool_size: 10 } }], timeline: samples },
    );
    const used = (north: number) => [
      service('postgres', 0),
      service('north', north, { cpuLimit: 0.2 }),
      service('south', 0.02, { cpuLimit: 0.2 }),
    ];
    expect(poolWait({ telemetry: sharded, resources: used(0.2) })).toBe(
      wouldNot('PostgreSQL is the limit, at 0.2 of 0.2 cores'),
    );
    // How large each of several pools should be, the sum of them does not tell.
    expect(poolWait({ telemetry: sharded, resources: used(0.04) })).toBe(
      `${said} Whether a larger pool helps, a try tells.`,
    );
  });

  it('advises against it where a herd would only hit the database harder', () => {
    const herd = { recomputes: 750, recomputes_per_expiry: 75, cache_hit_rate: 0.99 };
    expect(poolWait({ metrics: { ...waiting.metrics, ...herd } })).toBe(
      `${said} A larger pool is no cure: whenever a value expires, more would ask the database for it at once.`,
    );
  });

  it('advises against it where connections are lost', () => {
    expect(poolWait({ metrics: { ...waiting.metrics, pool_reclaimed: 28 } })).toBe(
      `${said} A larger pool is no cure: 28 times a connection was not given back, and had to be taken back.`,
    );
  });

  it('advises against it where one replica is slow', () => {
    const pools = served([300, 5], [300, 5], [300, 105]).map((one) => ({ ...one, gauges: { db_pool_size: 10 } }));
    expect(poolWait({ telemetry: telemetry({}, { replicas: pools, timeline: samples }) })).toBe(
      `${said} A larger pool is no cure: it is app-3 that is slow.`,
    );
  });

  it('advises as much as PostgreSQL allows, and against it where that is no more', () => {
    const allowing = (connections: number) => {
      const database = backends({}, { db_max_connections: connections });
      return { ...waiting.telemetry, backends: database };
    };
    expect(poolWait({ telemetry: allowing(100) })).toBe(would);
    expect(poolWait({ telemetry: allowing(16) })).toContain('A larger pool would help (pool: 14)');
    expect(poolWait({ telemetry: allowing(12) })).toBe(wouldNot('PostgreSQL allows no more connections'));
    // Each process has a pool of its own.
    expect(poolWait({ telemetry: allowing(40), trial: trialOf({ app: { workers: 4 } }) })).toBe(
      wouldNot('PostgreSQL allows no more connections'),
    );
  });

  it('does not turn round between two runs that differ a little', () => {
    const metrics = (utilisation: number) => ({ pool_in_use: 0.99, event_loop_utilisation: utilisation });
    expect([0.79, 0.81, 0.94, 0.96].map((utilisation) => poolWait({ metrics: metrics(utilisation) }))).toEqual([
      would,
      mayOrNot,
      mayOrNot,
      wouldNot('the event loop is full (utilisation 0.96)'),
    ]);
    const using = (cores: number) => poolWait({ resources: [service('postgres', 0.4), service('app-1', cores)] });
    expect(using(0.6)).toBe(would);
    expect([0.75, 0.95].map(using)).toEqual([mayOrNot, mayOrNot]);
    expect(using(1.1)).toBe(wouldNot('the machine is full, at 1.9 of 2 cores'));
    const recomputed = (times: number) => {
      const herd = { recomputes: 10 * times, recomputes_per_expiry: times, cache_hit_rate: 0.99 };
      return poolWait({ metrics: { ...waiting.metrics, ...herd } });
    };
    expect([1.2, 2, 2.9].map(recomputed)).toEqual([would, mayOrNot, mayOrNot]);
  });

  it('leaves it open where nobody knows what PostgreSQL used', () => {
    expect(poolWait({ resources: [] })).toBe(mayOrNot);
  });

  it('says how many connections were in use where not all were', () => {
    const rarely = timeline({ 'app-1 db_pool_in_use': [10, 6, 5, 4] });
    const some = { telemetry: telemetry({}, { replicas, timeline: rarely }), metrics: { pool_in_use: 0.62 } };
    expect(poolWait(some)).toContain('; 6.2 of 10 connections (62%) were in use on average.');
    expect(foundOf('pool-wait', { measurement: p99({ pool: 38, db: 2 }) })).toBe(
      'pool-wait: p99 is pool wait: 38 of 40 ms. Whether a larger pool helps, a try tells.',
    );
  });

  it('counts the replicas that autoscaling may add, and names no number while a roll-out has old and new ones', () => {
    const telemetryOf = { ...waiting.telemetry, backends: backends({}, { db_max_connections: 60 }) };
    const usual = (changes: object) => trialOf({ variants: { usual: changes }, limits: { cpu: 1 } });
    const autoscaled = usual({ autoscale: { cpu: '50%', min: 1, max: 4 } });
    expect(poolWait({ telemetry: telemetryOf, trial: autoscaled })).toContain('A larger pool would help (pool: 13)');
    const rollout = usual({ rollout: { at: '2s' } });
    expect(poolWait({ telemetry: telemetryOf, trial: rollout })).toBe(
      `${said} Whether a larger pool helps, a try tells.`,
    );
  });

  it('is the time to connect where there is no pool', () => {
    const trial = trialOf({ app: { connections: 'per-request' } });
    expect(poolWait({ trial, telemetry: telemetry() })).toBe(
      'pool-wait: p99 is the time to connect: 38 of 41 ms. Use a pool (connections: pool).',
    );
  });

  it('is not told where something else is larger, or all of it is small', () => {
    expect(poolWait({ measurement: p99({ pool: 35, network: 40 }) })).toBeUndefined();
    expect(poolWait({ measurement: p99({ pool: 0.9, db: 0.1 }) })).toBeUndefined();
  });
});

describe('connection-limit', () => {
  it('is that of the worst moment, and shares what there is among the processes', () => {
    const allowed = backends({}, { db_connections: 12, db_max_connections: 100 });
    const moments = timeline({ 'backends db_connections': [12, 99, null] });
    const limited = { telemetry: telemetry({}, { backends: allowed, timeline: moments }) };
    const text = 'connection-limit: PostgreSQL had 99 of its 100 connections open, and is close to refusing more.';
    expect(foundOf('connection-limit', limited)).toBe(`${text} Use smaller pools (pool: 90 at most, in each process).`);
    expect(foundOf('connection-limit', { ...limited, trial: trialOf({ replicas: 2 }) })).toContain('pool: 45');
    expect(foundOf('connection-limit', { telemetry: telemetry({}, { backends: allowed }) })).toBeUndefined();
    for (const metrics of [
      { error_rate: 0.01, pool_rejected: 0 },
      { error_rate: 0, pool_rejected: 3 },
    ]) {
      expect(foundOf('connection-limit', { ...limited, metrics })).toContain('100 connections open, and refuses more.');
    }
    expect(foundOf('connection-limit', { ...limited, metrics: { error_rate: 0, pool_rejected: 0 } })).toContain(text);
    const unpooled = { ...limited, trial: trialOf({ app: { connections: 'per-request' } }) };
    expect(foundOf('connection-limit', unpooled)).toBe(
      `${text} Each request opens one of its own. Use a pool (connections: pool).`,
    );
    const usual = (changes: object) => trialOf({ variants: { usual: changes }, limits: { cpu: 1 } });
    const autoscaled = usual({ autoscale: { cpu: '50%', min: 1, max: 3 } });
    expect(foundOf('connection-limit', { ...limited, trial: autoscaled })).toContain('pool: 30');
    expect(foundOf('connection-limit', { ...limited, trial: usual({ rollout: { at: '2s' } }) })).toBe(
      `${text} Use smaller pools.`,
    );
  });
});
