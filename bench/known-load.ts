import { measurementOf } from '../src/load/measurement.ts';
import type { Measurement } from '../src/model/measurement.ts';
import type { Behaviour } from './behaviours.ts';
import { openJob, work, type Server } from './programs.ts';

const warmupMs = 1000;
/** Until the worker has started and understood its job. */
const leadMs = 1000;

/** What a worker measured of a known server, and what there was to be measured. */
export interface KnownLoad {
  readonly measurement: Measurement;
  readonly open: NonNullable<Measurement['open']>;
  /** Measured requests that got no right answer: of a known server, none should be. */
  readonly lost: number;
  /** When each measured request came in, from the beginning of the measured time by the server's clock; ascending. */
  readonly arrivedMs: Float64Array;
  /** How long the server held the measured requests; ascending. */
  readonly heldMs: Float64Array;
  /** What their response times had to be; ascending. */
  readonly responseMs: Float64Array;
}

/** Puts a behaviour's load on the known server, by the built load worker. */
export async function loadKnown(server: Server, behaviour: Behaviour): Promise<KnownLoad> {
  const { ratePerSecond, durationMs, connections } = behaviour;
  await booksOf(server);
  const startAtMs = Date.now() + leadMs;
  const beginsAtMs = startAtMs + warmupMs;
  const shape = { ratePerSecond, durationMs, warmupMs, connections };
  const result = await work(openJob(server.url, behaviour.path(beginsAtMs), shape), { startAtMs });
  const measurement = measurementOf(result);
  const { failed, unfinished, open } = measurement;
  if (!open) throw new Error('an open load was measured as another');
  const { arrivedAtMs, heldMs } = await booksOf(server);
  // The warm-up came first.
  const warm = (ratePerSecond * warmupMs) / 1000;
  const held = heldMs.slice(warm).sort();
  const due = Float64Array.from({ length: (ratePerSecond * durationMs) / 1000 }, (_, i) => (i * 1000) / ratePerSecond);
  return {
    measurement,
    open,
    lost: failed + unfinished + open.dropped + open.unsent,
    arrivedMs: arrivedAtMs.slice(warm).map((atMs) => atMs - beginsAtMs),
    heldMs: held,
    responseMs: behaviour.responseMs ? due.map(behaviour.responseMs).sort() : held,
  };
}

/** What is said beside a load that lost requests. */
export function noteOf(lost: number): string {
  return lost === 0 ? '' : ` (**${lost.toLocaleString('en-US')} without an answer**)`;
}

/** Takes the server's books, which begin anew. */
async function booksOf(server: Server): Promise<{ arrivedAtMs: Float64Array; heldMs: Float64Array }> {
  const both = new Float64Array(await (await fetch(`${server.url}/books`)).arrayBuffer());
  const count = both.length / 2;
  return { arrivedAtMs: both.subarray(0, count), heldMs: both.subarray(count) };
}
