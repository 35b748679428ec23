import { changes } from './changes.ts';
import { latencies, twoTimes } from './latency.ts';
import type { Metric } from './metric.ts';
import { notifications } from './notifications.ts';
import { openLoad } from './open-load.ts';
import { outcomes, rates } from './outcome.ts';
import { projection } from './projection.ts';
import { replication } from './replication.ts';
import { told } from './server.ts';
import { shards } from './shards.ts';
import { used } from './used.ts';

/** Every metric there is, in the order in which documentation lists them. */
export const metrics: readonly Metric[] = [
  ...rates,
  ...latencies,
  ...outcomes,
  ...openLoad,
  ...twoTimes,
  ...told,
  ...replication,
  ...notifications,
  ...projection,
  ...shards,
  ...used,
  ...changes,
];

const byName = new Map(metrics.map((metric) => [metric.name, metric]));

/** The metric of that name, if there is one. */
export function findMetric(name: string): Metric | undefined {
  return byName.get(name);
}
