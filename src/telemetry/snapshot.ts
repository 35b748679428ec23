import { parseExposition, type Sample } from './prometheus.ts';

/** Numbers by the name of their metric. */
export type Numbers = Readonly<Record<string, number>>;

/** That something was counted for one shard. */
const ofShard = /^shard="[^"]*"$/;

/** What an exposition says, sorted. */
export interface Snapshot {
  readonly counters: Numbers;
  readonly gauges: Numbers;
  /** As they stand, with their labels. */
  readonly samples: readonly Sample[];
}

/**
 * Counters are summed over their labels, and what is counted for each shard is there for each as well; gauges keep their labels,
 * since a sum of quantiles means nothing.
 */
export function snapshotOf(text: string): Snapshot {
  const { samples, types } = parseExposition(text);
  const counters: Record<string, number> = {};
  const gauges: Record<string, number> = {};
  for (const { name, labels, value } of samples) {
    if (name.endsWith('_bucket') || !Number.isFinite(value)) continue;
    const family = name.replace(/_(sum|count)$/, '');
    const labelled = labels === '' ? name : `${name}{${labels}}`;
    if (types.get(name) === 'counter' || types.get(family) === 'histogram') {
      counters[name] = (counters[name] ?? 0) + value;
      if (ofShard.test(labels)) counters[labelled] = value;
    } else if (types.get(name) === 'gauge') gauges[labelled] = value;
  }
  return { counters, gauges, samples };
}

/** How much each counter rose; one that is new counts from zero. Undefined where one fell: the process started anew. */
export function rise(before: Numbers, after: Numbers): Numbers | undefined {
  const rises: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) {
    const difference = value - (before[name] ?? 0);
    if (difference < 0) return undefined;
    rises[name] = difference;
  }
  return rises;
}
