import {
  defaultLoad,
  defaultOpen,
  type ClosedLoad,
  type LoadProfile,
  type OpenLoad,
  type RateSearch,
  measuredMs,
  sentLoad,
} from '../../model/load-profile.ts';
import { formatDuration, formatRounded, plural } from '../../model/numbers.ts';
import { isConstant, type RateStage } from '../../model/rate-stages.ts';
import type { Scenario } from '../../model/scenario.ts';
import { ratioText } from '../../shapes/units.ts';
import { defaultSearch } from '../schema/search-schema.ts';

/** "50 connections for 10 s after 2 s of warm-up", "500/s, evenly spaced, for 20 s, at most 100 connections". */
export function describeLoad(load: LoadProfile): string {
  const { timeoutMs } = sentLoad(load);
  const timeout = timeoutMs === defaultLoad.timeoutMs ? [] : [`time-out ${formatDuration(timeoutMs)}`];
  return [...partsOf(load), ...timeout].join(', ');
}

/** The load that the variants of a scenario have in common. */
export function describeSharedLoad({ load, variants }: Pick<Scenario, 'load' | 'variants'>): string {
  return variants.every((variant) => variant.load) ? 'of each variant its own' : describeLoad(load);
}

function partsOf(load: LoadProfile): readonly string[] {
  switch (load.kind) {
    case 'closed':
      return closedParts(load);
    case 'open':
      return openParts(load);
    case 'burst':
      return [
        `${plural(load.times, 'burst')} of ${plural(load.size, 'request')}`,
        `one every ${formatDuration(load.everyMs)}`,
      ];
    case 'search':
      return searchParts(load);
  }
}

function closedParts(load: ClosedLoad): readonly string[] {
  const connections = plural(load.connections, 'connection');
  const time = `for ${timeOf(load)}`;
  if (load.thinkMs > 0) return [connections, `${formatDuration(load.thinkMs)} of thinking`, time];
  return [`${connections} ${time}`, ...(load.driver === 'lab' ? ["the lab's own driver"] : [])];
}

/** "the highest rate that keeps p99 < 50ms, from 100/s on in probes of 3 s after 1 s of warm-up, confirmed for 10 s". */
function searchParts({ probe, slo, confirmMs, precision, budgetMs, mostPerSecond }: RateSearch): readonly string[] {
  const first = rateWords(probe.stages[0]?.fromPerSecond ?? 0);
  return [
    `the highest rate that keeps ${slo.map(({ text }) => text).join(' and ')}`,
    `from ${first} on in probes of ${timeOf(probe)}`,
    `confirmed for ${formatDuration(confirmMs)}`,
    `known to ${ratioText(precision)}`,
    ...(budgetMs === defaultSearch.budgetMs ? [] : [`within ${formatDuration(budgetMs)}`]),
    ...(mostPerSecond === defaultSearch.mostPerSecond ? [] : [`no more than ${rateWords(mostPerSecond)}`]),
    spacingOf(probe),
    ...connectionParts(probe),
  ];
}

function openParts(load: OpenLoad): readonly string[] {
  const { stages, drainMs, timeoutMs } = load;
  const [first] = stages;
  const rate = first && isConstant(stages) ? rateWords(first.fromPerSecond) : describeStages(stages);
  return [
    rate,
    spacingOf(load),
    `for ${timeOf(load)}`,
    ...connectionParts(load),
    ...(drainMs === timeoutMs ? [] : [`late answers awaited for ${formatDuration(drainMs)}`]),
  ];
}

function spacingOf({ arrivals }: OpenLoad): string {
  return arrivals === 'even' ? 'evenly spaced' : 'Poisson arrivals';
}

function connectionParts({ connections, keepAlive, inFlightLimit }: OpenLoad): readonly string[] {
  return [
    `at most ${plural(connections, 'connection')}${keepAlive ? '' : ', each for one request'}`,
    ...(inFlightLimit === defaultOpen.inFlightLimit
      ? []
      : [`at most ${inFlightLimit.toLocaleString('en-US')} in flight`]),
  ];
}

function describeStages(stages: readonly RateStage[]): string {
  const parts = stages.map(({ fromPerSecond: from, toPerSecond: to, durationMs }, index) => {
    const time = formatDuration(durationMs);
    if (from === to) return `${rateWords(to)} for ${time}`;
    const goesOn = stages[index - 1]?.toPerSecond === from;
    return `${goesOn ? '' : `from ${rateWords(from)} `}to ${rateWords(to)} over ${time}`;
  });
  return parts.join(', then ');
}

function timeOf(load: ClosedLoad | OpenLoad): string {
  const time = formatDuration(measuredMs(load));
  if (load.warmupMs === 0) return time;
  const isSilent = load.kind === 'open' && load.stages[0]?.fromPerSecond === 0;
  return `${time} after ${formatDuration(load.warmupMs)} of ${isSilent ? 'silence' : 'warm-up'}`;
}

function rateWords(perSecond: number): string {
  return `${formatRounded(perSecond, 3)}/s`;
}
