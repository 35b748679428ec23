import { beforeEach, describe, expect, it } from 'vitest';

import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { createOwnWrites, type OwnWrites } from './own-writes.ts';
import { readMetric } from './testing/metric.ts';

let metrics: Metrics;
let writes: OwnWrites;
beforeEach(() => {
  metrics = createMetrics();
  writes = createOwnWrites(metrics);
});

const counts = async (): Promise<readonly unknown[]> => {
  const text = await metrics.registry.metrics();
  return ['cache_checked_total', 'cache_outdated_total'].map((name) => readMetric(text, name));
};

describe('own writes', () => {
  it('make an answer stale for the client that wrote, and for no other', async () => {
    writes.told('ann', 7, 2, 10);
    writes.seen('ann', 7, 1, 20);
    writes.seen('bob', 7, 1, 20);
    writes.seen('ann', 8, 1, 20);
    writes.seen('ann', 7, 2, 20);
    expect(await counts()).toEqual([4, 1]);
  });

  it('do not, where the client asked before it was told', async () => {
    writes.told('ann', 7, 2, 10);
    writes.seen('ann', 7, 1, 5);
    expect(await counts()).toEqual([1, 0]);
  });

  it('are known by the time of the last, also of one that left no version', () => {
    expect(writes.lastAtMs('ann')).toBeUndefined();
    writes.told('ann', 7, 2, 10);
    writes.told('ann', 8, undefined, 30);
    expect([writes.lastAtMs('ann'), writes.lastAtMs('bob')]).toEqual([30, undefined]);
  });

  it('of who does not say who it is are nobody’s', async () => {
    writes.told(undefined, 7, 2, 10);
    writes.seen(undefined, 7, 1, 20);
    expect(writes.lastAtMs(undefined)).toBeUndefined();
    expect(await counts()).toEqual([0, 0]);
  });

  it('are forgotten of those who have been silent for longest, once there are too many', () => {
    for (let client = 0; client < 10_000; client++) writes.told(`client ${client}`, 1, 1, client);
    writes.told('client 0', 1, 2, 10_000);
    writes.told('one more', 1, 1, 10_001);
    const known = ['client 0', 'client 1', 'client 2', 'one more'].map((client) => writes.lastAtMs(client));
    expect(known).toEqual([10_000, undefined, 2, 10_001]);
  });
});
