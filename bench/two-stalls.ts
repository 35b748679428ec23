import { generatorLimit } from '../src/analysis/caveats/generator-limit.ts';
import { generatorPause } from '../src/analysis/caveats/generator-pause.ts';
import { LatencyHistogram } from '../src/histogram/latency-histogram.ts';
import { measurementOf } from '../src/load/measurement.ts';
import type { Measurement } from '../src/model/measurement.ts';
import { formatNumber } from '../src/model/numbers.ts';
import { defaultTrust } from '../src/scenarios/schema/trust.ts';
import type { LoadJob } from '../src/worker/protocol.ts';
import { cell, withSecondChance, type JudgedSection } from './judged.ts';
import { openJob, work, type Server, type WorkOptions } from './programs.ts';
import { table } from './statistics.ts';

const ratePerSecond = 1000;
const durationMs = 20_000;
const stalls = [
  { fromMs: 5000, toMs: 7000 },
  { fromMs: 12_000, toMs: 14_000 },
] as const;
/** Answers that took longer than this came late because of a stall. */
const lateMs = 20;

/** The late arrivals that there are by arithmetic: each was held for what was left of its stall. */
const expected = stalls
  .flatMap(({ fromMs, toMs }) =>
    Array.from({ length: ((toMs - fromMs) * ratePerSecond) / 1000 }, (_, i) => toMs - fromMs - i),
  )
  .filter((heldMs) => heldMs > lateMs)
  .sort((one, other) => one - other);
const expectedP95Ms = expected[Math.ceil(expected.length * 0.95) - 1] ?? 0;

/** A server that twice in 20 s holds all arrivals for 2 s: whether they are seen in full, and whether a starved generator is doubted. */
export async function benchTwoStalls(server: Server): Promise<JudgedSection> {
  const healthy = await withSecondChance(async () => take(server, {}));
  const starved = await take(server, { pausedShare: 0.5 });
  const isDoubted = starved.doubts.length > 0;
  const section = [
    '### Two stalls, in full',
    `The server holds all that arrives within 2 s until those are over, twice in 20 s, at 1,000/s. By arithmetic
${formatNumber(expected.length)} requests come more than ${lateMs} ms late, and their p95 is ${formatNumber(expectedP95Ms)} ms. Goals: both within 3%, nothing
doubted; and doubts where the generator is starved (stopped for half of each 100 ms).${healthy.isSecond ? ' Taken twice: the first.' : ''}`,
    table(
      ['generator', 'late requests', 'their p95 ms', 'doubts'],
      [rowOf('as it is', healthy), rowOf('starved', starved)],
    ),
  ].join('\n\n');
  return { section, passed: healthy.passed && isDoubted };
}

interface Taken {
  readonly late: number;
  readonly p95Ms: number;
  readonly doubts: readonly string[];
  /** Seen in full, and nothing doubted. */
  readonly passed: boolean;
}

function rowOf(name: string, { late, p95Ms, doubts }: Taken): readonly string[] {
  return [
    name,
    cell(late, isNear(late, expected.length)),
    cell(p95Ms, isNear(p95Ms, expectedP95Ms)),
    doubts.length === 0 ? 'none' : doubts.join('; '),
  ];
}

function isNear(value: number, wanted: number): boolean {
  return Math.abs(value - wanted) <= 0.03 * wanted;
}

async function take(server: Server, options: Pick<WorkOptions, 'pausedShare'>): Promise<Taken> {
  const warmupMs = 1000;
  const startAtMs = Date.now() + 1000;
  const beginsAtMs = startAtMs + warmupMs;
  const edges = stalls.flatMap(({ fromMs, toMs }) => [beginsAtMs + fromMs, beginsAtMs + toMs]);
  const job = openJob(server.url, `/stall/${edges.join('/')}`, {
    ratePerSecond,
    durationMs,
    warmupMs,
    connections: 3000,
  });
  const measurement = measurementOf(await work(job, { startAtMs, ...options }));
  const values = LatencyHistogram.decode(measurement.latency.histogram).values();
  const late = values.filter(({ us }) => us > lateMs * 1000);
  const count = late.reduce((sum, value) => sum + value.count, 0);
  const p95Ms = percentileMs(late, count, 0.95);
  const doubts = doubtsOf(measurement, job);
  const passed = isNear(count, expected.length) && isNear(p95Ms, expectedP95Ms) && doubts.length === 0;
  return { late: count, p95Ms, doubts, passed };
}

function percentileMs(
  values: readonly { readonly us: number; readonly count: number }[],
  count: number,
  share: number,
): number {
  let seen = 0;
  return (values.find((value) => (seen += value.count) >= count * share)?.us ?? 0) / 1000;
}

function doubtsOf(measurement: Measurement, { load }: LoadJob): readonly string[] {
  const limit = generatorLimit(measurement, { trust: defaultTrust, workers: 1, mostWorkers: 1 });
  const pauses = generatorPause(measurement, load, defaultTrust).map(({ text }) => text);
  return [...(limit === undefined ? [] : [limit]), ...pauses];
}
