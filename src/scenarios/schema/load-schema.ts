import type { z } from 'zod';
import { bounds, arrivalProcesses, closedDrivers, type WorkerLoad } from '../../model/load-profile.ts';
import { choice, duration, issueOf, rate, table, whole, yesNo } from '../../shapes/shapes.ts';
import { searchKeys } from './search-schema.ts';
import { stagesSchema } from './stage-schema.ts';

const { connections, ratePerSecond, durationMs, warmupMs, timeoutMs } = bounds;

const keys = table('load', {
  connections: whole('the number of connections', connections.least, connections.most).optional(),
  think: duration('the think time', 0, 600_000).optional(),
  driver: choice('the driver', closedDrivers).optional(),
  rate: rate('the rate', ratePerSecond.least, ratePerSecond.most).optional(),
  stages: stagesSchema.optional(),
  ...searchKeys,
  arrivals: choice('the kind of arrivals', arrivalProcesses).optional(),
  'in-flight': whole('the number of requests in flight', 1, 100_000).optional(),
  'keep-alive': yesNo('keep-alive').optional(),
  drain: duration('the time to drain', 0, timeoutMs.most).optional(),
  warmup: duration('the warm-up', warmupMs.least, warmupMs.most).optional(),
  duration: duration('the duration', durationMs.least, durationMs.most).optional(),
  burst: whole('the size of a burst', 1, 10_000).optional(),
  times: whole('the number of bursts', 1, 1000).optional(),
  every: duration('the time between bursts', 100, 600_000).optional(),
  timeout: duration('the time-out', timeoutMs.least, timeoutMs.most).optional(),
});

/** What a `load:` changes. */
export type LoadChange = z.output<typeof keys>;

/** A search is written as open load is: which of them it becomes depends on the load before. */
type Kind = WorkerLoad['kind'];
type Key = keyof LoadChange;

/** The keys that only one kind has. Of several that stand in one load, the first here says which kind it is. */
const signs: readonly (readonly [Key, Kind])[] = [
  ['find', 'open'],
  ['rate', 'open'],
  ['burst', 'burst'],
  ['stages', 'open'],
  ['arrivals', 'open'],
  ['in-flight', 'open'],
  ['keep-alive', 'open'],
  ['drain', 'open'],
  ['slo', 'open'],
  ['confirm', 'open'],
  ['precision', 'open'],
  ['most', 'open'],
  ['times', 'burst'],
  ['every', 'burst'],
  ['think', 'closed'],
  ['driver', 'closed'],
];

/** All keys of a kind but `timeout`, which each has. */
const keysOf: Readonly<Record<Kind, readonly Key[]>> = {
  closed: ['connections', 'think', 'driver', 'warmup', 'duration'],
  open: [
    ...([
      'rate',
      'stages',
      'arrivals',
      'connections',
      'in-flight',
      'keep-alive',
      'drain',
      'warmup',
      'duration',
    ] as const),
    ...(['find', 'slo', 'confirm', 'precision', 'most'] as const),
  ],
  burst: ['burst', 'times', 'every'],
};
const kindHint = `closed load has ${keysOf.closed.join(', ')}; open load ${keysOf.open.join(', ')}; bursts ${keysOf.burst.join(', ')}`;

/** The key that says which kind of load this is, and the kind; nothing where there are only keys that several have. */
export function signOf(load: LoadChange): { readonly key: Key; readonly kind: Kind } | undefined {
  const [key, kind] = signs.find(([candidate]) => load[candidate] !== undefined) ?? [];
  return key && kind && { key, kind };
}

/** `load:` as it is written: the keys of one kind only. */
export const loadSchema = keys.superRefine((load, context) => {
  const sign = signOf(load);
  const strange = signs.map(([key]) => key).filter((key) => load[key] !== undefined);
  const shared = (['connections', 'warmup', 'duration'] as const).filter((key) => load[key] !== undefined);
  for (const key of [...strange, ...shared]) {
    if (!sign || keysOf[sign.kind].includes(key)) continue;
    const fault = { sentence: `a load with "${sign.key}" has no "${key}"`, hint: kindHint };
    context.issues.push(issueOf(load, fault, [key], true));
  }
  if (load.stages && load.find !== undefined) {
    const hint = 'it begins at rate, and goes on from there by itself';
    context.issues.push(issueOf(load, { sentence: 'a search for a rate has no stages', hint }, ['stages'], true));
  }
  if (load.stages && load.duration !== undefined) {
    const hint = 'it takes as long as they do: change their "for"';
    context.issues.push(issueOf(load, { sentence: 'a load with stages has no duration', hint }, ['duration'], true));
  }
});
