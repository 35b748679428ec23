import { Schedule } from '../src/load/schedule.ts';
import { measurementOf } from '../src/load/measurement.ts';
import { formatNumber } from '../src/numbers.ts';
import { cell, type JudgedSection } from './judged.ts';
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
  let passed = true;
  for (const load of loads) {
    const spreads = spreadsOf(load);
    for (let round = 1; round <= rounds; round++) {
      const measured = await take(server, load, round);
      const computed = simulate(load, round);
      const cells = shares.flatMap((share, index) => {
        const [ms = 0, wanted] = [measured[index], quantile(computed, share)];
        const isWithin = Math.abs(ms - wanted) <= Math.max(1, 0.03 * wanted);
        passed &&= isWithin;
        const [low = 0, high = 0] = spreads[index] ?? [];
        return [cell(ms, isWithin), formatNumber(wanted), `${formatNumber(low)} to ${formatNumber(high)}`];
      });
      rows.push([`${load * 100}%`, String(round), ...cells]);
    }
  }
  const section = [
    '### A queue',
    `One server that takes ${serviceMs} ms for each request, under Poisson arrivals for 60 s: response times in ms, beside those computed of the
same arrivals, and where 99% of ${formatNumber(simulations)} computed runs lie. Goal: within 3% or 1 ms of what is computed.`,
    table(['load', 'round', 'p50', 'computed', 'of all', 'p99', 'computed', 'of all'], rows),
  ].join('\n\n');
  return { section, passed };
}

async function take(server: Server, load: number, seed: number): Promise<readonly number[]> {
  const shape = { ratePerSecond: rateAt(load), durationMs, warmupMs, connections: 1000 };
  const job = openJob(server.url, `/queue/${serviceMs}`, { ...shape, arrivals: 'poisson', seed });
  const { latency, failed, unfinished } = measurementOf(await work(job));
  if (failed + unfinished > 0) throw new Error(`${failed + unfinished} requests got no answer`);
  return [latency.p50Us / 1000, latency.p99Us / 1000];
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
