import { expect, it, vi } from 'vitest';

import { readMetric } from '../testing/metric.ts';
import { createMetrics } from './metrics.ts';
import { watchProcess } from './process.ts';

it('counts the pauses of the garbage collector, and how long they are', async () => {
  const metrics = createMetrics();
  const observe = watchProcess(metrics);
  const told = async (name: string): Promise<number> => {
    observe();
    return readMetric(await metrics.registry.metrics(), name) ?? Number.NaN;
  };
  const [pauses, seconds] = [await told('nodejs_gc_pauses_total'), await told('nodejs_gc_seconds_total')];
  const garbage: object[] = [];
  await vi.waitFor(async () => {
    for (let i = 0; i < 1_000_000; i++) garbage[i % 1000] = { i };
    await new Promise(setImmediate); // Node tells of a pause when the turn is over
    expect(await told('nodejs_gc_pauses_total')).toBeGreaterThan(pauses);
  }, 10_000);
  expect(await told('nodejs_gc_seconds_total')).toBeGreaterThan(seconds);
});
