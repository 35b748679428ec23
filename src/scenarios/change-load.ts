import { z } from 'zod';
import { defaultBurst, defaultLoad, defaultOpen, limits } from './load-profile.ts';
import { loadSchema, signOf, type LoadChange } from './load-schema.ts';
import { measuredMs } from './plan.ts';
import { arrivalsIn, constantRate, durationOf, isConstant, stagesFrom, stretched } from './rate-stages.ts';
import type { Reader } from './reader.ts';
import type { LoadProfile, RateStage } from './scenario.ts';
import { issueOf, type ShapeFault } from './shapes.ts';
import type { Branch } from './tree.ts';
import { durationText, rateText } from './units.ts';

/** A load, or what is wrong with the change that should lead to it. */
export type LoadReading = { readonly value: LoadProfile } | { readonly fault: ShapeFault };

/** `load:` laid over the load before it; nothing where either of them is wrong, which is told. */
export function parseLoad(
  branch: Branch | undefined,
  load: LoadProfile | undefined,
  reader: Reader,
): LoadProfile | undefined {
  const laidOver = loadSchema.transform((change, context) => {
    const changed = load && changeLoad(load, change);
    if (!changed || 'value' in changed) return changed?.value;
    const { path, onKey, ...fault } = changed.fault;
    context.issues.push(issueOf(change, fault, [...path], onKey));
    return z.NEVER;
  });
  return branch ? reader.read(laidOver, branch) : load;
}

/**
 * The load with a change laid over it. A change to another kind keeps the time-out; between closed and open load, which
 * mean the same by them, also the warm-up and the duration.
 */
export function changeLoad(load: LoadProfile, change: LoadChange): LoadReading {
  const { connections, warmup, duration } = change;
  const fallback = load.kind === 'burst' && (connections ?? warmup ?? duration) !== undefined ? 'closed' : load.kind;
  switch (signOf(change)?.kind ?? fallback) {
    case 'closed':
      return closed(load, change);
    case 'open':
      return open(load, change);
    case 'burst':
      return { value: burst(load, change) };
  }
}

function burst(load: LoadProfile, change: LoadChange): LoadProfile {
  const base = load.kind === 'burst' ? load : defaultBurst;
  const { burst: size = base.size, times = base.times, every: everyMs = base.everyMs } = change;
  return { kind: 'burst', size, times, everyMs, timeoutMs: change.timeout ?? load.timeoutMs };
}

function closed(load: LoadProfile, change: LoadChange): LoadReading {
  const base = load.kind === 'closed' ? load : defaultLoad;
  const { connections = base.connections, think: thinkMs = base.thinkMs } = change;
  const driver = change.driver ?? (thinkMs > 0 ? 'lab' : base.driver);
  if (thinkMs > 0 && driver === 'autocannon') {
    const hint = `a think time, here of ${durationText(thinkMs)}, needs driver: lab`;
    return faultAt(['driver'], 'autocannon cannot wait between requests', hint);
  }
  return { value: { kind: 'closed', driver, connections, thinkMs, ...timesOf(load, change) } };
}

function open(load: LoadProfile, change: LoadChange): LoadReading {
  const base = load.kind === 'open' ? load : undefined;
  const perSecond = change.rate ?? base?.stages[0]?.fromPerSecond;
  if (perSecond === undefined) {
    const hint = change.stages ? 'write rate: 0/s to begin with nothing' : 'write rate: 500/s';
    return faultAt([signOf(change)?.key ?? 'rate'], 'an open load needs the rate that it begins with', hint, true);
  }
  const { durationMs, ...times } = timesOf(load, change);
  const stages = change.stages
    ? stagesFrom(perSecond, change.stages)
    : base && change.rate === undefined
      ? stretched(base.stages, durationMs)
      : constantRate(perSecond, durationMs);
  const fault = faultIn(stages, perSecond, change);
  if (fault) return { fault };
  const of = base ?? defaultOpen;
  return {
    value: {
      kind: 'open',
      arrivals: change.arrivals ?? of.arrivals,
      stages,
      connections: change.connections ?? of.connections,
      inFlightLimit: change['in-flight'] ?? of.inFlightLimit,
      keepAlive: change['keep-alive'] ?? of.keepAlive,
      ...times,
      // Who says nothing of it waits for as long as an answer may take, even if the time-out changes later.
      drainMs: change.drain ?? (base && base.drainMs !== base.timeoutMs ? base.drainMs : times.timeoutMs),
    },
  };
}

function faultIn(stages: readonly RateStage[], perSecond: number, change: LoadChange): ShapeFault | undefined {
  const [first] = change.stages ?? [];
  // Otherwise nothing would run at the rate that is written but the warm-up.
  if (first && first.kind !== 'ramp' && first.perSecond !== perSecond) {
    const wanted = rateText(first.perSecond);
    const hint = `write rate: ${wanted}, or begin with { step: ${rateText(perSecond)}, for: 10s }`;
    return fault(['stages', 0, first.kind], `the load begins at ${rateText(perSecond)}, not at ${wanted}`, hint);
  }
  const totalMs = durationOf(stages);
  if (totalMs > limits.durationMs.most) {
    const most = durationText(limits.durationMs.most);
    return fault(['stages'], `the stages take ${durationText(totalMs)} together, and ${most} is the most`);
  }
  if (arrivalsIn(stages) >= 1) return undefined;
  const key = (['stages', 'rate', 'duration'] as const).find((candidate) => change[candidate] !== undefined);
  const rate = isConstant(stages) ? `at ${rateText(perSecond)} ` : '';
  const sentence = `${rate}not even one request is due in ${durationText(totalMs)}`;
  return fault(key ? [key] : [], sentence, 'raise the rate, or make it last longer');
}

/** The times that closed and open load have in common. */
function timesOf(load: LoadProfile, change: LoadChange) {
  const before = load.kind === 'burst' ? defaultLoad : load;
  return {
    warmupMs: change.warmup ?? before.warmupMs,
    durationMs: change.duration ?? measuredMs(before),
    timeoutMs: change.timeout ?? load.timeoutMs,
  };
}

function fault(path: readonly PropertyKey[], sentence: string, hint?: string, onKey = false): ShapeFault {
  return { path, sentence, hint, onKey };
}

function faultAt(...parts: Parameters<typeof fault>): LoadReading {
  return { fault: fault(...parts) };
}
