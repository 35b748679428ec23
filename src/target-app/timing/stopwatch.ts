import { performance } from 'node:perf_hooks';

import { Sampling } from './sampling.ts';
import { Turns } from './turns.ts';

/**
 * What a request can be at, besides running the app's own code: waiting for a connection; in PostgreSQL; in Redis; waiting
 * for somebody else who computes the same value; waiting for the notifier; turning values into JSON.
 */
export type Part = 'pool' | 'db' | 'cache' | 'flight' | 'notify' | 'json';

/** Measures where the time of one request goes. */
export interface Stopwatch {
  /** To be followed by `end` of the same part, whatever happens in between. */
  begin(part: Part): void;
  end(part: Part): void;
  /**
   * The parts as the value of a `Server-Timing` header; undefined where nothing is said. `sample;desc=8` says that it speaks
   * for eight.
   */
  report(nowMs: number): string | undefined;
}

/** Makes the stopwatch of a request whose handler begins now. */
export type StartStopwatch = (nowMs: number) => Stopwatch;

/** For work whose time nobody asks for: a request that is not to be measured, or what no answer waits for. */
export const UNWATCHED: Stopwatch = { begin: () => undefined, end: () => undefined, report: () => undefined };

/** Creates what starts stopwatches in this process: all of them report, those that are sampled, or none measures anything. */
export function createStopwatches(mode: 'on' | 'sampled' | 'off'): StartStopwatch {
  if (mode === 'off') return () => UNWATCHED;
  const turns = new Turns();
  const sampling = mode === 'sampled' ? new Sampling() : undefined;
  return (nowMs) => new RunningStopwatch(turns, sampling, nowMs);
}

/**
 * Of parts that are under way together, the one that began last is charged: parts do not overlap, and what runs in parallel
 * counts by the clock on the wall. Every time is rounded down to whole microseconds. So parts never add up to more than the
 * total; what is missing is the app's own.
 */
class RunningStopwatch implements Stopwatch {
  readonly #turns: Turns;
  readonly #sampling: Sampling | undefined;
  readonly #startedAtMs: number;
  readonly #loopMs: number;
  readonly #spentUs: Record<Part, number> = { pool: 0, db: 0, cache: 0, flight: 0, notify: 0, json: 0 };
  readonly #before: Part[] = [];
  #current: Part | undefined = undefined;
  #currentSinceMs = 0;

  constructor(turns: Turns, sampling: Sampling | undefined, nowMs: number) {
    this.#turns = turns;
    this.#sampling = sampling;
    this.#startedAtMs = nowMs;
    this.#loopMs = turns.waitedMs(nowMs);
  }

  begin(part: Part): void {
    this.#charge(performance.now());
    if (this.#current !== undefined) this.#before.push(this.#current);
    this.#current = part;
  }

  end(part: Part): void {
    const nowMs = performance.now();
    this.#turns.mark(nowMs);
    this.#charge(nowMs);
    if (this.#current === part) this.#current = this.#before.pop();
    else this.#before.splice(this.#before.lastIndexOf(part), 1);
  }

  report(nowMs: number): string | undefined {
    const totalMs = this.#loopMs + nowMs - this.#startedAtMs;
    const weight = this.#sampling === undefined ? 1 : this.#sampling.weightOf(totalMs);
    if (weight === 0) return undefined;
    const { pool, db, cache, flight, notify, json } = this.#spentUs;
    const parts =
      (weight === 1 ? '' : `sample;desc=${weight}, `) +
      entry('loop;dur=', wholeUs(this.#loopMs)) +
      entry('pool;dur=', pool) +
      entry('db;dur=', db) +
      entry('cache;dur=', cache) +
      entry('flight;dur=', flight) +
      entry('notify;dur=', notify) +
      entry('json;dur=', json);
    return `${parts}total;dur=${milliseconds(wholeUs(totalMs))}`;
  }

  #charge(nowMs: number): void {
    if (this.#current !== undefined) this.#spentUs[this.#current] += wholeUs(nowMs - this.#currentSinceMs);
    this.#currentSinceMs = nowMs;
  }
}

const wholeUs = (ms: number): number => Math.floor(ms * 1000);

/** Nothing for a part that did not happen, or took less than a microsecond. */
const entry = (name: string, us: number): string => (us === 0 ? '' : `${name}${milliseconds(us)}, `);

/** '0', '0.001' and so on: looked up, because printing fractions takes longer than all the measuring. */
const BELOW_ONE = Array.from({ length: 1000 }, (_, us) => String(us / 1000));

/** Milliseconds with at most 3 decimals. */
function milliseconds(us: number): string {
  const below = BELOW_ONE[us % 1000] ?? '';
  return us < 1000 ? below : `${Math.floor(us / 1000)}${below.slice(1)}`;
}
