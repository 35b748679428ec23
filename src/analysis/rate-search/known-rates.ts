import type { RateSearchRecord } from '../../result.ts';

/** One probe that was run. */
export type Probe = Pick<
  RateSearchRecord['probes'][number],
  'phase' | 'ratePerSecond' | 'outcome' | 'durationMs' | 'noise'
>;

/** What probes say of rates, where a rate that was kept says that all below it can be: a busy machine makes nothing faster. */
export interface Known {
  /** The highest rate that was kept, for however long. */
  readonly kept: number | undefined;
  /** The lowest rate above it of which it is believed that it breaks the objective. */
  readonly broken: number | undefined;
  /** A rate above it that broke the objective too seldom for that. */
  readonly uncertain: number | undefined;
  /** The highest rate that was kept for the time of a confirmation. */
  readonly confirmed: number | undefined;
  /** The lowest rate above that one which was not. */
  readonly unconfirmed: number | undefined;
}

/** A hiccup of the machine breaks an objective too: a rate that breaks it is tried again before that is believed. */
const attempts = 2;
/** Where the machine is seen to have been busy with something else, once more. */
const noisyAttempts = 3;

/** So many hiccups are too many to find anything between them. */
const mostHiccups = 10;
/** An answer with so many hiccups on the way to it, and of so large a share of the probes, is none. */
const fewHiccups = 3;
const hiccupShare = 0.25;

const isKept = ({ outcome }: Probe): boolean => outcome === 'kept';
const isLong = ({ phase }: Probe): boolean => phase === 'confirm';
const rateOf = ({ ratePerSecond }: Probe): number => ratePerSecond;

/** The largest, or the smallest, of numbers; undefined of none. */
const most = (rates: readonly number[]): number | undefined => (rates.length === 0 ? undefined : Math.max(...rates));
const least = (rates: readonly number[]): number | undefined => (rates.length === 0 ? undefined : Math.min(...rates));

/** What is known after these probes. */
export function knownOf(probes: readonly Probe[]): Known {
  const kept = most(probes.filter(isKept).map(rateOf));
  const confirmed = most(probes.filter((probe) => isKept(probe) && isLong(probe)).map(rateOf));
  const above = probes.filter((probe) => !isLong(probe) && rateOf(probe) > (kept ?? 0));
  const isBelieved = (ratePerSecond: number): boolean => {
    const own = above.filter((probe) => rateOf(probe) === ratePerSecond);
    return own.length >= (own.some(({ noise }) => noise !== undefined) ? noisyAttempts : attempts);
  };
  const rates = [...new Set(above.map(rateOf))];
  const lasting = probes.filter((probe) => isLong(probe) && rateOf(probe) > (confirmed ?? 0));
  return {
    kept,
    broken: least(rates.filter(isBelieved)),
    uncertain: least(rates.filter((rate) => !isBelieved(rate))),
    confirmed,
    unconfirmed: least(lasting.map(rateOf)),
  };
}

/** Whether a rate has broken the objective again since the highest one that lasts has kept it. */
export function isBrokenSince(probes: readonly Probe[], ratePerSecond: number, { confirmed }: Known): boolean {
  const at = probes.findLastIndex((probe) => isKept(probe) && isLong(probe) && rateOf(probe) === confirmed);
  return probes.slice(at + 1).some((probe) => rateOf(probe) === ratePerSecond && !isKept(probe));
}

/** How many probes broke the objective at a rate that has been kept, for as long, or lies below one that has. */
export function hiccupsIn(probes: readonly Probe[]): number {
  const shows = (kept: Probe, other: Probe): boolean =>
    isKept(kept) && rateOf(kept) >= rateOf(other) && (isLong(kept) || !isLong(other));
  return probes.filter((probe) => !isKept(probe) && probes.some((other) => shows(other, probe))).length;
}

/** Whether there is so much noise that looking on is of no use. */
export function isHopeless(probes: readonly Probe[]): boolean {
  return hiccupsIn(probes) >= mostHiccups;
}

/** Whether there was so much noise on the way to an answer that it cannot be believed. */
export function isNoisy(probes: readonly Probe[]): boolean {
  const hiccups = hiccupsIn(probes);
  return hiccups >= fewHiccups && hiccups > hiccupShare * probes.length;
}
