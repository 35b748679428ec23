import type { RateSearchRecord } from '../../record/run-record.ts';

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
  /** The highest rate that was kept for the time of a confirmation, more often than not. */
  readonly confirmed: number | undefined;
  /** The lowest rate above that one which was not. */
  readonly unconfirmed: number | undefined;
}

/** A hiccup of the machine breaks an objective too: a rate that breaks it is tried again before that is believed. */
const attempts = 2;
/** Where the machine is seen to have been busy with something else, once more. */
const noisyAttempts = 3;

/** Near its limit a server keeps a rate or not by chance; well below a rate that it has kept, only its machine breaks one. */
const wellBelow = 0.8;
/** So many hiccups of the machine are too many for any answer, and so many are too many to go on. */
const [fewHiccups, mostHiccups] = [2, 5];
/** The rate above an answer has to break the objective so often after that was confirmed; more often where probes have disagreed. */
const [turnsInPeace, turnsInTrouble] = [2, 3];

/** Whether a probe lasts as long as a confirmation. */
export function isLong({ phase }: Pick<Probe, 'phase'>): boolean {
  return phase === 'confirm' || phase === 'control';
}

const isKept = ({ outcome }: Probe): boolean => outcome === 'kept';
const rateOf = ({ ratePerSecond }: Probe): number => ratePerSecond;

/** The largest, or the smallest, of numbers; undefined of none. */
const most = (rates: readonly number[]): number | undefined => (rates.length === 0 ? undefined : Math.max(...rates));
const least = (rates: readonly number[]): number | undefined => (rates.length === 0 ? undefined : Math.min(...rates));

/** What is known after these probes. */
export function knownOf(probes: readonly Probe[]): Known {
  const kept = most(probes.filter(isKept).map(rateOf));
  const long = probes.filter(isLong);
  const lasts = (ratePerSecond: number): boolean => {
    const own = long.filter((probe) => rateOf(probe) === ratePerSecond);
    return 2 * own.filter(isKept).length > own.length;
  };
  const confirmed = most(long.map(rateOf).filter(lasts));
  const above = probes.filter((probe) => !isLong(probe) && rateOf(probe) > (kept ?? 0));
  const isBelieved = (ratePerSecond: number): boolean => {
    const own = above.filter((probe) => rateOf(probe) === ratePerSecond);
    return own.length >= (own.some(({ noise }) => noise !== undefined) ? noisyAttempts : attempts);
  };
  const rates = [...new Set(above.map(rateOf))];
  return {
    kept,
    broken: least(rates.filter(isBelieved)),
    uncertain: least(rates.filter((rate) => !isBelieved(rate))),
    confirmed,
    unconfirmed: least(long.map(rateOf).filter((rate) => rate > (confirmed ?? 0))),
  };
}

/** What is still to be seen of an answer: that the rate above it is not kept, that one far below is, or nothing. */
export type Doubt = 'above' | 'control' | 'none' | 'noise';

/**
 * Tries the rate above an answer again; where probes have disagreed, in turn with one far below the answer, which only a busy machine
 * breaks: a server that is about at its limit keeps a rate or not by chance, but never fails at half of it.
 */
export function doubtOf(probes: readonly Probe[], confirmed: number, above: number, { kept = 0 }: Known): Doubt {
  const isAnswer = (probe: Probe): boolean => isLong(probe) && rateOf(probe) === confirmed;
  const since = probes.slice(probes.findIndex((probe) => isAnswer(probe) && isKept(probe)));
  const controls = since.filter(({ phase }) => phase === 'control');
  if (!controls.every(isKept)) return 'noise';
  const brokenAbove = since.filter((probe) => rateOf(probe) === above && !isKept(probe)).length;
  const isInTrouble = hasDisagreed(probes) || confirmed < wellBelow * kept;
  const turns = isInTrouble ? turnsInTrouble : turnsInPeace;
  if (isInTrouble && controls.length < Math.min(turns, brokenAbove)) return 'control';
  return brokenAbove < turns ? 'above' : 'none';
}

/** Whether probes of a rate, for as long, came out otherwise, one was broken well below one that was kept, or a rate did not last. */
function hasDisagreed(probes: readonly Probe[]): boolean {
  const isOther = (one: Probe, other: Probe): boolean =>
    rateOf(one) === rateOf(other) && isLong(one) === isLong(other) && isKept(one) !== isKept(other);
  const isMissed = probes.some((probe) => isLong(probe) && !isKept(probe));
  return isMissed || hiccupsIn(probes) > 0 || probes.some((probe) => probes.some((other) => isOther(probe, other)));
}

/** At how many rates the objective was broken well below one that was kept for as long: the machine's doing, each time anew. */
export function hiccupsIn(probes: readonly Probe[]): number {
  const shows = (kept: Probe, other: Probe): boolean =>
    isKept(kept) && wellBelow * rateOf(kept) >= rateOf(other) && (isLong(kept) || !isLong(other));
  const shown = probes.filter((probe) => !isKept(probe) && probes.some((other) => shows(other, probe)));
  return new Set(shown.map(rateOf)).size;
}

/** Whether there is so much noise that looking on is of no use. */
export function isHopeless(probes: readonly Probe[]): boolean {
  return hiccupsIn(probes) >= mostHiccups;
}

/** Whether there was so much noise on the way to an answer that it cannot be believed. */
export function isNoisy(probes: readonly Probe[]): boolean {
  return hiccupsIn(probes) >= fewHiccups;
}
