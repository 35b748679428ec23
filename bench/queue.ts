import { LatencyHistogram } from '../src/histogram/latency-histogram.ts';
import { measurementOf } from '../src/load/measurement.ts';
import { formatNumber } from '../src/model/numbers.ts';
import { randomBy } from '../src/model/random.ts';
import { Schedule } from '../src/worker/drivers/schedule.ts';
import { cell, takenTwice, withSecondChance, type Judged, type JudgedSection } from './judged.ts';
import { openJob, work, type Server } from './programs.ts';
import { quantile, table } from './statistics.ts';

/** How long the one server of the queue takes for each request: much longer than a machine at rest takes to wake up for it. */
const serviceMs = 20;
/** A twentieth of that. */
const slackMs = serviceMs / 20;
/** Before and after each round, the requests that show what is added on the way: one every two services, so that none finds another before it. */
const idle = { ratePerSecond: 1000 / (2 * serviceMs), durationMs: 10_000 };
const durationMs = 60_000;
const warmupMs = 1000;
const loads = [0.5, 0.8, 0.9] as const;
const rounds = 3;
/** How many runs of the queue are computed for each load, of other arrivals than those of the rounds: theory's spread is theirs. */
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
    for (let number = 1; number <= rounds; number++) {
      const round = await withSecondChance(() => take(server, load, number));
      taken.push(round);
      const cells = round.percentiles.flatMap(({ ms, wantedMs, spread: [lowMs, highMs], isRight }) => {
        return [cell(ms, isRight), formatNumber(wantedMs), `${formatNumber(lowMs)} to ${formatNumber(highMs)}`];
      });
      rows.push([`${load * 100}%`, String(number), formatNumber(round.addedMs), ...cells]);
    }
  }
  const section = [
    '### A queue',
    `One server that takes ${serviceMs} ms for each request, under Poisson arrivals for 60 s: response times in ms, beside those computed of the
same arrivals, and where those of ${formatNumber(simulations)} computed runs of other arrivals lie. To each computed time is added what the way
adds, drawn from the requests before and after the round that found nobody before them (its median is "added"): at 50% half of
the requests do so, and the median lies among the slowest of these. Goals: where theory's runs lie, and within 3% or ${slackMs} ms of what
is computed.
${takenTwice(taken)}`,
    table(['load', 'round', 'added', 'p50', 'computed', 'of all', 'p99', 'computed', 'of all'], rows),
  ].join('\n\n');
  return { section, passed: taken.every(({ passed }) => passed) };
}

/** One run of the queue, beside the same one computed. */
interface Round extends Judged {
  readonly name: string;
  /** The median of what was added on the way. */
  readonly addedMs: number;
  /** In the order of {@link shares}. */
  readonly percentiles: readonly {
    readonly ms: number;
    readonly wantedMs: number;
    readonly spread: Spread;
    readonly isRight: boolean;
  }[];
}

type Spread = readonly [lowestMs: number, highestMs: number];

/** What client and network add to the time of the server, request by request, ascending. */
async function addedOnTheWay(server: Server): Promise<Float64Array> {
  const job = openJob(server.url, `/queue/${serviceMs}`, { ...idle, warmupMs });
  const latencies = LatencyHistogram.decode(measurementOf(await work(job)).latency.histogram);
  const each = latencies
    .values()
    .flatMap(({ us, count }) => Array.from({ length: count }, () => us / 1000 - serviceMs));
  return Float64Array.from(each).sort();
}

async function take(server: Server, load: number, seed: number): Promise<Round> {
  const before = await addedOnTheWay(server);
  const shape = { ratePerSecond: rateAt(load), durationMs, warmupMs, connections: 1000 };
  const job = openJob(server.url, `/queue/${serviceMs}`, { ...shape, arrivals: 'poisson', seed });
  const { latency, failed, unfinished } = measurementOf(await work(job));
  if (failed + unfinished > 0) throw new Error(`${failed + unfinished} requests got no answer`);
  const addedMs = Float64Array.from([...before, ...(await addedOnTheWay(server))]).sort();
  const computed = simulate(load, seed, addedMs);
  const spreads = spreadsOf(load, addedMs);
  const measured = LatencyHistogram.decode(latency.histogram);
  const percentiles = shares.map((share, index) => {
    const [ms, wantedMs] = [measured.quantileUs(share) / 1000, quantile(computed, share)];
    const spread = spreads[index] ?? [0, 0];
    const isClose = Math.abs(ms - wantedMs) <= Math.max(slackMs, 0.03 * wantedMs);
    return { ms, wantedMs, spread, isRight: isClose && ms >= spread[0] && ms <= spread[1] };
  });
  const passed = percentiles.every(({ isRight }) => isRight);
  return { name: `${load * 100}%, round ${seed}`, addedMs: quantile(addedMs, 0.5), percentiles, passed };
}

function rateAt(load: number): number {
  return (load * 1000) / serviceMs;
}

/** The lowest and the highest that each percentile came to in runs that were computed. */
function spreadsOf(load: number, addedMs: Float64Array): readonly Spread[] {
  const runs = Array.from({ length: simulations }, (_, index) => simulate(load, rounds + 1 + index, addedMs));
  return shares.map((share) => {
    const values = runs.map((run) => quantile(run, share));
    return [Math.min(...values), Math.max(...values)];
  });
}

/** The response times of one run, ascending, of what is due in the measured time. */
function simulate(load: number, seed: number, addedMs: Float64Array): Float64Array {
  const job = openJob('http://127.0.0.1:1', '/', {
    ratePerSecond: rateAt(load),
    durationMs,
    warmupMs,
    arrivals: 'poisson',
  });
  const schedule = new Schedule(job.load, seed);
  const random = randomBy(seed);
  const times: number[] = [];
  let servedAtMs = 0;
  while (schedule.atMs < Infinity) {
    servedAtMs = Math.max(servedAtMs, schedule.atMs) + serviceMs;
    const onTheWayMs = addedMs[Math.floor(random() * addedMs.length)] ?? 0;
    if (schedule.isMeasured) times.push(servedAtMs - schedule.atMs + onTheWayMs);
    schedule.advance();
  }
  return Float64Array.from(times).sort();
}
