import { formatRounded } from '../../model/numbers.ts';
import { appIn } from '../../model/system.ts';
import { writes } from '../../model/workload.ts';
import { shareOfP99, type TrialView } from '../trial-view.ts';
import { processesOf, type Rule } from './rule.ts';

/**
 * How often a value is computed whenever it expires; undefined where nothing is cached, or a write may have taken it out before.
 * The counters do not tell keys apart, and each key may be computed once: so it is the mean over as many keys as there can be.
 */
export function timesComputed({ metrics, trial: { workload } }: TrialView): number | undefined {
  const { recomputes = 0, recomputes_per_expiry: perExpiry = 0, cache_hit_rate: hitRate = 0 } = metrics;
  if (hitRate === 0 || perExpiry === 0 || writes(workload)) return undefined;
  const expiries = Math.max(1, recomputes / perExpiry);
  return recomputes / expiries / keysOf(workload);
}

function keysOf({ keys, requests }: TrialView['trial']['workload']): number {
  const sizes = Object.values(keys).map((key) => (key.kind === 'hot' ? 1 : key.of));
  return sizes.reduce((product, size) => product * size, requests.length);
}

/** A value is computed at least 3 times whenever it expires. */
export const herd: Rule = (view) => {
  const times = timesComputed(view);
  if (times === undefined || times < 3) return undefined;
  const what = keysOf(view.trial.workload) === 1 ? 'recomputed' : 'recomputed each value';
  const text = `The cache ${what} ${formatRounded(times, 1)} times per expiry.`;
  const [database, pool] = [shareOfP99(view, 'db'), shareOfP99(view, 'pool')];
  const share = database || pool ? (database?.share ?? 0) + (pool?.share ?? 0) : 0.5;
  return { text, next: advice(view), gain: share * (1 - 1 / times) };
};

/** What would help depends on what is there already. */
function advice(view: TrialView): string {
  const { system } = view.trial;
  const isOne = processesOf(view) === 1;
  const app = appIn(system);
  if (app === undefined) {
    return 'Make it once: with a promise that all requests of a process share, or a lock that all processes share.';
  }
  switch (app.cache.strategy) {
    case 'single-flight':
      return isOne
        ? 'It expires while it is made: give it a longer ttl.'
        : 'Each process makes it once for itself: a lock makes it once for all (cache: lock).';
    case 'lock':
    case 'stale-while-revalidate':
      return 'The lock runs out before the value is there: give it more time (lock-timeout), or make the value cheaper.';
    case 'xfetch':
      return 'Several go early at once: where old values will do for a moment, one in the background is enough (cache: stale-while-revalidate).';
    case 'none':
    case 'aside':
      return isOne
        ? 'A promise that all requests share makes it once (cache: single-flight).'
        : 'A lock that all processes share makes it once (cache: lock).';
  }
}
