import { LatencyHistogram } from '../src/histogram/latency-histogram.ts';
import { measurementOf } from '../src/load/measurement.ts';
import { formatNumber } from '../src/model/numbers.ts';
import { Schedule } from '../src/worker/drivers/schedule.ts';
import { cell, takenTwice, withSecondChance, type Judged, type JudgedSection } from './judged.ts';
import { openJob, work, type Server } from './programs.ts';
import { quantile, table } from './statistics.ts';

/** How long the one server of the queue takes for each request. */
const serviceMs = 10;
const durationMs = 60_000;
const warmupMs = 1000;
const loads = [0.5, 0.8, 0.9] as const;
const rounds = 3;
/** How many runs of the queue are computed for each load: the spread is that of 99% of them. */
const simulations = 1000;
const shares = [0.5, 0.99] as const;

/**
 * A queue M/D/1 under Poisson arrivals: one server, which takes the same time for each request, first come, first served. Its p50 and
 * p99 have to be those of the same queue under the same arrivals, computed (Lindley's recursion, 1952).
 */
export async function benchQueue(server: Server): Promise<JudgedSection> {
  const rows: (readonly string[])[] = [];
  const taken: (Round & { readonly isSecond: boolean })[] = [];
  for (const load of loads) {
    const spreads = spreadsOf(load);
    for (let number = 1; number <= rounds; number++) {
      const round = await withSecondChance(() => take(server, load, number));
      taken.push(round);
      const cells = round.percentiles.flatMap(({ ms, wantedMs, isWithin }, index) => {
        const [low = 0, high = 0] = spreads[index] ?? [];
        return [cell(ms, isWithin), formatNumber(wantedMs), `${formatNumber(low)} to ${formatNumber(high)}`];
      });
      rows.push([`${load * 100}%`, String(number), ...cells]);
    }
  }
  const section = [
    '### A queue',
    `One server that takes ${serviceMs} ms for each request, under Poisson arrivals for 60 s: response times in ms, beside those computed of the
same arrivals, and where 99% of ${formatNumber(simulations)} computed runs lie. Goal: within 3% or 1 ms of what is computed. ${takenTwice(taken)}`,
    table(['load', 'round', 'p50', 'computed', 'of all', 'p99', 'computed', 'of all'], rows),
  ].join('\n\n');
  return { section, passed: taken.every(({ passed }) => passed) };
}

/** One run of the queue, beside the same one computed. */
interface Round extends Judged {
  readonly name: string;
  /** In the order of {@link shares}. */
  readonly percentiles: readonly { readonly ms: number; readonly wantedMs: number; readonly isWithin: boolean }[];
}

async function take(server: Server, load: number, seed: number): Promise<Round> {
  const shape = { ratePerSecond: rateAt(load), durationMs, warmupMs, connections: 1000 };
  const job = openJob(server.url, `/queue/${serviceMs}`, { ...shape, arrivals: 'poisson', seed });
  const { latency, failed, unfinished } = measurementOf(await work(job));
  if (failed + unfinished > 0) throw new Error(`${failed + unfinished} requests got no answer`);
  const computed = simulate(load, seed);
  const measured = LatencyHistogram.decode(latency.histogram);
  const percentiles = shares.map((share) => {
    const [ms, wantedMs] = [measured.quantileUs(share) / 1000, quantile(computed, share)];
    return { ms, wantedMs, isWithin: Math.abs(ms - wantedMs) <= Math.max(1, 0.03 * wantedMs) };
  });
  return { name: `${load * 100}%, round ${seed}`, percentiles, passed: percentiles.every(({ isWithin }) => isWithin) };
}

function rateAt(load: number): number {
  return (load * 1000) / serviceMs;
}

/** Between what the percentiles of most computed runs lie. */
function spreadsOf(load: number): readonly (readonly [number, number])[] {
  const runs = Array.from({ length: simulations }, (_, seed) => simulate(load, seed + 1));
  return shares.map((share) => {
    const sorted = Float64Array.from(runs, (run) => quantile(run, share)).sort();
    return [quantile(sorted, 0.005), quantile(sorted, 0.995)];
  });
}

/** The response times of one run, ascending, of what is due in the measured time. */
function simulate(load: number, seed: number): Float64Array {
  const job = openJob('http://127.0.0.1:1', '/', {
    ratePerSecond: rateAt(load),
    durationMs,
    warmupMs,
    arrivals: 'poisson',
  });
  const schedule = new Schedule(job.load, seed);
  const times: number[] = [];
  let servedAtMs = 0;
  while (schedule.atMs < Infinity) {
    servedAtMs = Math.max(servedAtMs, schedule.atMs) + serviceMs;
    if (schedule.isMeasured) times.push(servedAtMs - schedule.atMs);
    schedule.advance();
  }
  return Float64Array.from(times).sort();
}
