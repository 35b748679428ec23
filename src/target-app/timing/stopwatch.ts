import { performance } from 'node:perf_hooks';

import { Turns } from './turns.ts';

/**
 * What a request can be at, besides running the app's own code: waiting for a connection; in PostgreSQL; in Redis; waiting
 * for somebody else who computes the same value; turning values into JSON.
 */
export type Part = 'pool' | 'db' | 'cache' | 'flight' | 'json';

/** Measures where the time of one request goes. */
export interface Stopwatch {
  /** To be followed by `end` of the same part, whatever happens in between. */
  begin(part: Part): void;
  end(part: Part): void;
  /** The parts as the value of a `Server-Timing` header; undefined where nothing is measured. */
  report(nowMs: number): string | undefined;
}

/** Makes the stopwatch of a request whose handler begins now. */
export type StartStopwatch = (nowMs: number) => Stopwatch;

/** For work whose time nobody asks for: a request that is not to be measured, or what no answer waits for. */
export const UNWATCHED: Stopwatch = { begin: () => undefined, end: () => undefined, report: () => undefined };

/** Creates what starts stopwatches in this process; if it is off, none of them measures anything. */
export function createStopwatches(on: boolean): StartStopwatch {
  if (!on) return () => UNWATCHED;
  const turns = new Turns();
  return (nowMs) => new RunningStopwatch(turns, nowMs);
}

/**
 * Of parts that are under way together, the one that began last is charged: parts do not overlap, and what runs in parallel
 * counts by the clock on the wall. So they never add up to more than the total, and what is missing is the app's own.
 */
class RunningStopwatch implements Stopwatch {
  readonly #turns: Turns;
  readonly #startedAtMs: number;
  readonly #loopMs: number;
  readonly #underWay: Part[] = [];
  readonly #spentMs: Record<Part, number> = { pool: 0, db: 0, cache: 0, flight: 0, json: 0 };
  #chargedUntilMs = 0;

  constructor(turns: Turns, nowMs: number) {
    this.#turns = turns;
    this.#startedAtMs = nowMs;
    this.#loopMs = turns.waitedMs(nowMs);
  }

  begin(part: Part): void {
    this.#charge(performance.now());
    this.#underWay.push(part);
  }

  end(part: Part): void {
    const nowMs = performance.now();
    this.#turns.mark(nowMs);
    this.#charge(nowMs);
    this.#underWay.splice(this.#underWay.lastIndexOf(part), 1);
  }

  report(nowMs: number): string {
    const { pool, db, cache, flight, json } = this.#spentMs;
    const parts =
      entry('loop', this.#loopMs) +
      entry('pool', pool) +
      entry('db', db) +
      entry('cache', cache) +
      entry('flight', flight) +
      entry('json', json);
    return `${parts}total;dur=${milliseconds(this.#loopMs + nowMs - this.#startedAtMs)}`;
  }

  #charge(nowMs: number): void {
    const latest = this.#underWay.at(-1);
    if (latest !== undefined) this.#spentMs[latest] += nowMs - this.#chargedUntilMs;
    this.#chargedUntilMs = nowMs;
  }
}

/** Left out if it comes to no whole microsecond, as for parts that did not happen. */
function entry(name: string, ms: number): string {
  return ms < 0.001 ? '' : `${name};dur=${milliseconds(ms)}, `;
}

/** '', '.001' and so on. Looked up, because printing a fraction takes longer than all the measuring. */
const FRACTIONS = Array.from({ length: 1000 }, (_, us) => (us / 1000).toString().slice(1));

/** Milliseconds with at most 3 decimals, always rounded down: rounded up, parts could add up to more than the total. */
function milliseconds(ms: number): string {
  const us = Math.floor(ms * 1000);
  return `${Math.floor(us / 1000)}${FRACTIONS[us % 1000] ?? ''}`;
}
