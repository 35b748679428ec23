import type { Telemetry } from '../model/telemetry.ts';
import { ratio, total } from './counters.ts';
import type { Metric } from './metric.ts';

const counted = { unit: 'ratio', kind: 'counted', side: 'server', better: 'lower' } as const;

/** What all replicas sent to each of the shards; none where there are none. */
function queriesOf(telemetry: Telemetry): readonly number[] {
  const names = telemetry.replicas.flatMap(({ counters }) => Object.keys(counters));
  const ofShards = new Set(names.filter((name) => name.startsWith('shard_queries_total{')));
  return [...ofShards].map((name) => total(telemetry, name) ?? 0);
}

/** What all shards together said last; undefined where there are none. */
function sumOf({ backends }: Telemetry, gauge: string): number | undefined {
  const values = Object.entries(backends?.gauges ?? {}).flatMap(([name, value]) =>
    name.startsWith(`${gauge}{`) ? [value] : [],
  );
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

/** How queries and rows are divided among the databases of a sharded app. */
export const shards: readonly Metric[] = [
  {
    ...counted,
    name: 'hottest_shard',
    title: 'hottest shard',
    counts: 'part',
    description: 'Share of the queries to all shards that went to the one with the most.',
    of: ({ telemetry }) => ratio(Math.max(0, ...queriesOf(telemetry)), total(telemetry, 'shard_queries_total')),
  },
  {
    ...counted,
    name: 'rows_to_move',
    title: 'would move',
    fromRows: true,
    description: 'Share of the rows in all shards (users and todos) that would be in another one if there were one shard more.',
    of: ({ telemetry }) => ratio(sumOf(telemetry, 'shard_rows_moving'), sumOf(telemetry, 'shard_rows')),
  },
];
