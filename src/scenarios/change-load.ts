import { z } from 'zod';
import {
  defaultBurst,
  defaultLoad,
  defaultOpen,
  bounds,
  type BurstLoad,
  type LoadProfile,
  type OpenLoad,
  measuredMs,
  sentLoad,
  type WorkerLoad,
} from '../model/load-profile.ts';
import {
  arrivalsIn,
  constantRate,
  durationOf,
  isConstant,
  stagesFrom,
  stretched,
  type RateStage,
} from '../model/rate-stages.ts';
import { issueOf, type ShapeFault } from '../shapes/shapes.ts';
import { durationText, ratioText, rateText } from '../shapes/units.ts';
import type { Reader } from './reader.ts';
import { loadSchema, signOf, type LoadChange } from './schema/load-schema.ts';
import { changeSearch, firstProbe, precisions, type SearchSettings } from './schema/search-schema.ts';
import type { Branch } from './yaml/tree.ts';

/** A load, or what is wrong with the change that should lead to it. */
export type LoadReading<Load = LoadProfile> = { readonly value: Load } | { readonly fault: ShapeFault };

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
  const sent = sentLoad(load);
  const fallback = sent.kind === 'burst' && (connections ?? warmup ?? duration) !== undefined ? 'closed' : sent.kind;
  switch (signOf(change)?.kind ?? fallback) {
    case 'closed':
      return closed(sent, change);
    case 'open':
      return search(load, change) ?? open(sent, change);
    case 'burst':
      return { value: burst(sent, change) };
  }
}

function burst(load: WorkerLoad, change: LoadChange): BurstLoad {
  const base = load.kind === 'burst' ? load : defaultBurst;
  const { burst: size = base.size, times = base.times, every: everyMs = base.everyMs } = change;
  return { kind: 'burst', size, times, everyMs, timeoutMs: change.timeout ?? load.timeoutMs };
}

function closed(load: WorkerLoad, change: LoadChange): LoadReading {
  const base = load.kind === 'closed' ? load : defaultLoad;
  const { connections = base.connections, think: thinkMs = base.thinkMs } = change;
  const driver = change.driver ?? (thinkMs > 0 ? 'lab' : base.driver);
  if (thinkMs > 0 && driver === 'autocannon') {
    const hint = `a think time, here of ${durationText(thinkMs)}, needs driver: lab`;
    return faultAt(['driver'], 'autocannon cannot wait between requests', hint);
  }
  return { value: { kind: 'closed', driver, connections, thinkMs, ...timesOf(load, change) } };
}

function open(load: WorkerLoad, change: LoadChange): LoadReading<OpenLoad> {
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
      drainMs: change.drain ?? drainOf(base, times.timeoutMs),
    },
  };
}

/** Who says nothing of it waits for as long as an answer may take, even if the time-out changes later. */
function drainOf(base: OpenLoad | undefined, timeoutMs: number): number {
  return base && base.drainMs !== base.timeoutMs ? base.drainMs : timeoutMs;
}

/** The search that a load with that change makes; undefined where it is open load. */
function search(load: LoadProfile, change: LoadChange): LoadReading | undefined {
  const base = load.kind === 'search' ? load : undefined;
  if (change.find === undefined && base === undefined) {
    const own = (['slo', 'confirm', 'precision', 'budget', 'most'] as const).find((key) => change[key] !== undefined);
    return own && faultAt([own], `"${own}" is of a search for a rate`, 'write find: max-rps beside it', true);
  }
  // Stages are a load of their own.
  if (change.stages) return undefined;
  const settings = changeSearch(base, change);
  if (!settings)
    return faultAt(['find'], 'a search needs an objective', "write slo: 'p99 < 50ms, error_rate < 0.1%'", true);
  const sent = sentLoad(load);
  const first = base ? change : withFirstProbe(sent, change);
  const fault = faultInSearch(settings, first.rate ?? base?.probe.stages[0]?.fromPerSecond ?? 0, change);
  if (fault) return { fault };
  const probe = open(sent, first);
  return 'fault' in probe ? probe : { value: { kind: 'search', probe: probe.value, ...settings } };
}

function faultInSearch(
  { precision, confirmMs, mostPerSecond }: SearchSettings,
  firstPerSecond: number,
  change: LoadChange,
): ShapeFault | undefined {
  if (isOutside(precision, precisions)) {
    const range = `${ratioText(precisions.least)} to ${ratioText(precisions.most)}`;
    return fault(['precision'], `the precision must be from ${range}, not ${ratioText(precision)}`);
  }
  if (isOutside(confirmMs, bounds.durationMs)) {
    const { least, most } = bounds.durationMs;
    const range = `${durationText(least)} to ${durationText(most)}`;
    return fault(['confirm'], `the time to confirm must be from ${range}, not ${durationText(confirmMs)}`);
  }
  const highest = bounds.ratePerSecond.most;
  if (mostPerSecond > highest) return fault(['most'], `no rate above ${rateText(highest)} can be tried`);
  if (firstPerSecond >= 1 && firstPerSecond <= mostPerSecond) return undefined;
  const key = change.rate === undefined ? 'most' : 'rate';
  const words = `a search that begins at ${rateText(firstPerSecond)} cannot go from 1/s to ${rateText(mostPerSecond)}`;
  return fault([key], words, 'begin between the two');
}

/** A search has times of its own: those of a load at one rate are too long for each of its probes, between which a moment is waited. */
function withFirstProbe({ timeoutMs }: WorkerLoad, change: LoadChange): LoadChange {
  const { timeout = timeoutMs, rate = firstProbe.ratePerSecond } = change;
  const { warmup = firstProbe.warmupMs, duration = firstProbe.durationMs } = change;
  const { drain = Math.min(firstProbe.drainMs, timeout) } = change;
  return { ...change, rate, warmup, duration, drain };
}

function isOutside(value: number, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return value < least || value > most;
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
  if (totalMs > bounds.durationMs.most) {
    const most = durationText(bounds.durationMs.most);
    return fault(['stages'], `the stages take ${durationText(totalMs)} together, and ${most} is the most`);
  }
  if (arrivalsIn(stages) >= 1) return undefined;
  const key = (['stages', 'rate', 'duration'] as const).find((candidate) => change[candidate] !== undefined);
  const rate = isConstant(stages) ? `at ${rateText(perSecond)} ` : '';
  const sentence = `${rate}not even one request is due in ${durationText(totalMs)}`;
  return fault(key ? [key] : [], sentence, 'raise the rate, or make it last longer');
}

/** The times that closed and open load have in common. */
function timesOf(load: WorkerLoad, change: LoadChange) {
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

function faultAt(...parts: Parameters<typeof fault>): { readonly fault: ShapeFault } {
  return { fault: fault(...parts) };
}
