import type { Telemetry } from '../model/telemetry.ts';
import { ratio, total } from './counters.ts';
import type { Metric } from './metric.ts';

const counted = { unit: 'ratio', kind: 'counted', side: 'server', better: 'lower' } as const;

const queriesTo = /^shard_queries_total\{shard="(?<name>[^"]*)"\}$/;

/** The shards that the replicas know of, by their names; none where users are in one database. */
export function shardNamesIn({ replicas }: Telemetry): readonly string[] {
  const counters = replicas.flatMap((replica) => Object.keys(replica.counters));
  return [...new Set(counters.flatMap((counter) => queriesTo.exec(counter)?.groups?.name ?? []))];
}

/** What all replicas sent to each of the shards. */
function queriesOf(telemetry: Telemetry): readonly number[] {
  return shardNamesIn(telemetry).map((shard) => total(telemetry, `shard_queries_total{shard="${shard}"}`) ?? 0);
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
    description:
      'Share of the rows in all shards (users and todos) that would be in another one if there were one shard more.',
    of: ({ telemetry }) => ratio(sumOf(telemetry, 'shard_rows_moving'), sumOf(telemetry, 'shard_rows')),
  },
];
