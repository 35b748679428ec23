import type { Stopwatch } from '../timing/stopwatch.ts';
import { open, seal, type Envelope } from './envelope.ts';
import { Flights } from './flights.ts';
import type { CacheStrategy, CacheTools, Recompute } from './strategy.ts';

/**
 * Whether to recompute a value before it expires.
 * With u uniform on (0, 1], -ln(u) is exponential with mean 1: a reader acts as if it were later by some multiple of the
 * time that a recompute takes. The nearer the expiry, and the more readers, the likelier that one of them goes early,
 * alone. `beta` above 1 favours going earlier.
 */
export function goesEarly(envelope: Envelope, nowMs: number, beta: number, u: number): boolean {
  return nowMs - envelope.recomputeMs * beta * Math.log(u) >= envelope.expiresAtMs;
}

/**
 * Probabilistic early expiration, from Vattani, Chierichetti and Lowenstein, "Optimal Probabilistic Cache Stampede
 * Prevention", VLDB 2015. It needs neither locks nor coordination between processes: each reader decides by itself, and a
 * process that is at it already lets its other readers have what is there. An early recompute counts as a miss.
 *
 * It cannot help a key that is cold or was deleted. The paper leaves that herd alone; here the readers of one process share
 * one computation, because otherwise the herd's queue for the database becomes part of how long a recompute took, and
 * with that as its measure nearly every reader goes early from then on.
 */
export function xfetch({
  store,
  tally,
  lifetimeMs,
  xfetchBeta,
  wallClockMs,
  monotonicMs,
  random,
}: CacheTools): CacheStrategy {
  const flights = new Flights();

  async function keep(key: string, text: string, recomputeMs: number, stopwatch: Stopwatch): Promise<void> {
    const lifetime = lifetimeMs();
    const sealed = seal({ expiresAtMs: wallClockMs() + lifetime, recomputeMs, text });
    await store.set(key, sealed, lifetime, stopwatch);
  }

  async function recomputeAndKeep(
    key: string,
    recompute: Recompute,
    stopwatch: Stopwatch,
  ): Promise<string | undefined> {
    const startedAtMs = monotonicMs();
    const text = await recompute(stopwatch);
    if (text === undefined) return undefined;
    await keep(key, text, monotonicMs() - startedAtMs, stopwatch);
    return text;
  }

  return {
    // Of a value that was written nobody knows how long computing it takes: nobody goes early, until somebody had to.
    keep: (key, text, stopwatch) => keep(key, text, 0, stopwatch),
    async read(key, recompute, stopwatch) {
      const sealed = await store.get(key, stopwatch);
      const envelope = sealed === undefined ? undefined : open(sealed);
      // random() is uniform on [0, 1), and ln(0) is not a number to compute with.
      const goes = envelope === undefined || goesEarly(envelope, wallClockMs(), xfetchBeta, 1 - random());
      if (envelope !== undefined && (!goes || flights.has(key))) {
        tally.hit();
        return envelope.text;
      }
      tally.miss();
      return flights.share(key, () => recomputeAndKeep(key, recompute, stopwatch), stopwatch);
    },
  };
}
