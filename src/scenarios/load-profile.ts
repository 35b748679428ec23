import type { z } from 'zod';
import type { BurstLoad, ClosedLoad, LoadProfile } from './scenario.ts';
import { duration, table, whole } from './shapes.ts';

const hour = 3_600_000;
const tenMinutes = 600_000;

/** The least and the most that a load and its trials may have; options of the command line keep to them too. */
export const limits = {
  connections: { least: 1, most: 10_000 },
  durationMs: { least: 100, most: hour },
  warmupMs: { least: 0, most: tenMinutes },
  replicas: { least: 1, most: 64 },
  rounds: { least: 1, most: 100 },
} as const;

/** The load of a scenario that says nothing. */
export const defaultLoad: ClosedLoad = {
  kind: 'closed',
  connections: 50,
  warmupMs: 2000,
  durationMs: 10_000,
  timeoutMs: 10_000,
};

const defaultBurst: BurstLoad = { kind: 'burst', size: 100, times: 5, everyMs: 2000, timeoutMs: 10_000 };

const closedKeys = ['connections', 'warmup', 'duration'] as const;
const burstKeys = ['burst', 'times', 'every'] as const;

const keys = table('load', {
  connections: whole('the number of connections', limits.connections.least, limits.connections.most).optional(),
  warmup: duration('the warm-up', limits.warmupMs.least, limits.warmupMs.most).optional(),
  duration: duration('the duration', limits.durationMs.least, limits.durationMs.most).optional(),
  burst: whole('the size of a burst', 1, 10_000).optional(),
  times: whole('the number of bursts', 1, 1000).optional(),
  every: duration('the time between bursts', 100, tenMinutes).optional(),
  timeout: duration('the time-out', 1, tenMinutes).optional(),
});

/** What a `load:` changes. */
export type LoadChange = z.output<typeof keys>;

/** `load:` as it is written: a closed load or bursts, not both. */
export const loadSchema = keys.superRefine((load, context) => {
  const ofBurst = burstKeys.filter((key) => load[key] !== undefined);
  const ofClosed = closedKeys.filter((key) => load[key] !== undefined);
  if (ofBurst.length === 0 || ofClosed.length === 0) return;
  for (const key of ofClosed) {
    context.addIssue({
      code: 'custom',
      path: [key],
      message: `a load with "${ofBurst.join('", "')}" has no "${key}"`,
      params: { hint: `a closed load has ${closedKeys.join(', ')}; bursts have ${burstKeys.join(', ')}`, onKey: true },
    });
  }
});

/** A number of replicas. */
export const replicaCount = whole('the number of replicas', limits.replicas.least, limits.replicas.most);

/** A number of rounds. */
export const roundCount = whole('the number of rounds', limits.rounds.least, limits.rounds.most);

/** The load with a change laid over it; a change to the other kind keeps nothing but the time-out. */
export function changeLoad(load: LoadProfile, change: LoadChange | undefined): LoadProfile {
  if (change === undefined) return load;
  const timeoutMs = change.timeout ?? load.timeoutMs;
  const toBurst = burstKeys.some((key) => change[key] !== undefined);
  const toClosed = closedKeys.some((key) => change[key] !== undefined);
  if (toBurst || (load.kind === 'burst' && !toClosed)) {
    const base = load.kind === 'burst' ? load : defaultBurst;
    return {
      kind: 'burst',
      size: change.burst ?? base.size,
      times: change.times ?? base.times,
      everyMs: change.every ?? base.everyMs,
      timeoutMs,
    };
  }
  const base = load.kind === 'closed' ? load : defaultLoad;
  return {
    kind: 'closed',
    connections: change.connections ?? base.connections,
    warmupMs: change.warmup ?? base.warmupMs,
    durationMs: change.duration ?? base.durationMs,
    timeoutMs,
  };
}
