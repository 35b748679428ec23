import type { RateSearchRecord } from '../../record/run-record.ts';
import { doubtOf, hiccupsIn, isHopeless, isLong, isNoisy, knownOf, type Known, type Probe } from './known-rates.ts';

/** What a search is told. */
export interface SearchSettings {
  readonly firstPerSecond: number;
  /** No higher rate is tried. */
  readonly mostPerSecond: number;
  /** The answer is known to this share of itself. */
  readonly precision: number;
  /** How long it may take, warm-ups included. */
  readonly budgetMs: number;
  /** How long a probe takes, and about how long a confirmation does, warm-up included. */
  readonly probeMs: number;
  readonly confirmMs: number;
  /** The same of one at that rate, which may need longer for its answers; left out where none does. */
  readonly confirmMsAt?: (ratePerSecond: number) => number;
}

/** What a search has found. */
export type Found = Pick<RateSearchRecord, 'limit' | 'lowPerSecond' | 'highPerSecond'>;

/** What comes next: another probe, or the answer. */
export type NextStep = { readonly probe: Pick<Probe, 'phase' | 'ratePerSecond'> } | { readonly found: Found };

/** A rate below which nobody looks. */
const leastPerSecond = 1;
/** How much each step up, and down, changes the rate while nothing is known of where the limit lies. */
const growth = 2;
const decline = 4;
/** A server that keeps a rate keeps so much of it whatever happens, unless its machine is busy with something else. */
const controlShare = 0.5;

/** Rates are whole numbers, or have one decimal where they are small: what a report tells is what was sent. */
function rounded(ratePerSecond: number): number {
  return ratePerSecond >= 100 ? Math.round(ratePerSecond) : Math.round(ratePerSecond * 10) / 10;
}

/**
 * Exponential search for a rate that breaks the objective (Bentley and Yao, "An almost optimal algorithm for unbounded searching",
 * 1976), bisection between it and the highest one that kept it, by their ratio; then the answer is confirmed, from lower to lower
 * rates where it does not last, and what lies above it is tried once more: where that is kept now, noise had broken it, and the
 * search goes on from there. Depends on nothing but the probes so far.
 */
export function nextStep(settings: SearchSettings, probes: readonly Probe[]): NextStep {
  const known = knownOf(probes);
  if (isHopeless(probes)) return conclusion('noise', known);
  const { budgetMs, probeMs, confirmMs } = settings;
  const leftMs = budgetMs - probes.reduce((sum, { durationMs }) => sum + durationMs, 0);
  // A rate that is confirmed is worth more than one that is known more closely, and the one above it is tried once more.
  const isRushed = leftMs < probeMs + confirmMs + probeMs;
  const step = stepOf(settings, probes, known, isRushed);
  if ('found' in step) return step;
  const { confirmMsAt = () => confirmMs } = settings;
  const costMs = isLong(step.probe) ? confirmMsAt(step.probe.ratePerSecond) : probeMs;
  return probes.length > 0 && leftMs < costMs ? conclusion('budget', known) : step;
}

function stepOf(settings: SearchSettings, probes: readonly Probe[], known: Known, isRushed: boolean): NextStep {
  const { kept, broken, uncertain } = known;
  const phase = probes.at(-1)?.phase;
  if (uncertain !== undefined && phase !== 'confirm') return probe(phase ?? 'search', uncertain);
  if (kept === undefined)
    return broken === undefined ? probe('search', settings.firstPerSecond) : downwards(broken, probes);
  const closer = closerLook(settings, kept, broken);
  if (closer !== undefined && !isRushed) return closer;
  return confirmation(settings, probes, known, closer !== undefined);
}

/** A rate that would say more than is known; none where the limit is known closely enough. */
function closerLook(settings: SearchSettings, kept: number, broken: number | undefined): NextStep | undefined {
  const { mostPerSecond, precision } = settings;
  if (broken === undefined) {
    return kept >= mostPerSecond ? undefined : probe('search', Math.min(mostPerSecond, rounded(kept * growth)));
  }
  const middle = rounded(Math.sqrt(kept * broken));
  const isNarrow = broken <= kept * (1 + precision);
  return isNarrow || middle <= kept || middle >= broken ? undefined : probe('bisect', middle);
}

function downwards(broken: number, probes: readonly Probe[]): NextStep {
  if (broken > leastPerSecond) return probe('search', Math.max(leastPerSecond, rounded(broken / decline)));
  return nothing(broken, probes);
}

/** Confirms the highest rate that was kept, from lower to lower ones where it does not last; then it and the one above in turn. */
function confirmation(settings: SearchSettings, probes: readonly Probe[], known: Known, isWide: boolean): NextStep {
  const { kept = 0, broken, confirmed, unconfirmed } = known;
  if (unconfirmed === undefined && (confirmed ?? 0) < kept) return probe('confirm', kept);
  const lower = unconfirmed === undefined ? 0 : stepBack(settings, probes, unconfirmed, confirmed);
  if (lower > (confirmed ?? 0)) return probe('confirm', lower);
  if (confirmed === undefined) return nothing(unconfirmed ?? kept, probes);
  const above = unconfirmed ?? broken;
  if (above === undefined) return conclusion(isWide ? 'budget' : isNoisy(probes) ? 'noise' : 'most', known);
  const doubt = doubtOf(probes, confirmed, above, known);
  if (doubt === 'above') return probe(unconfirmed === undefined ? 'verify' : 'confirm', above);
  if (doubt === 'control') return probe('control', rounded(confirmed * controlShare));
  if (doubt === 'noise' || isNoisy(probes)) return conclusion('noise', known);
  const { outcome } = probes.findLast(({ ratePerSecond }) => ratePerSecond === above) ?? {};
  const isOfGenerator = outcome === 'generator';
  return conclusion(isWide ? 'budget' : isOfGenerator ? 'generator' : 'objective', known);
}

/** Each rate that does not last is followed by one that lies twice as far below: a few of them end at any rate. 0 where that is none. */
function stepBack({ precision }: SearchSettings, probes: readonly Probe[], unconfirmed: number, confirmed = 0): number {
  const missed = probes.filter(({ phase, ratePerSecond }) => phase === 'confirm' && ratePerSecond > confirmed);
  const steps = new Set(missed.map(({ ratePerSecond }) => ratePerSecond)).size;
  const lower = rounded(unconfirmed * (1 - Math.min(0.5, precision * 2 ** (steps - 1))));
  return lower < leastPerSecond || lower === unconfirmed ? 0 : lower;
}

/** No rate is kept, or none lasts: that is the server's doing, unless its machine was busy with something else. */
function nothing(highPerSecond: number, probes: readonly Probe[]): NextStep {
  const last = probes.filter(({ ratePerSecond }) => ratePerSecond === highPerSecond);
  const limit = last.some(({ noise }) => noise !== undefined) || hiccupsIn(probes) > 0 ? 'noise' : 'nothing';
  return { found: { limit, lowPerSecond: 0, highPerSecond } };
}

function probe(phase: Probe['phase'], ratePerSecond: number): NextStep {
  return { probe: { phase, ratePerSecond } };
}

function conclusion(limit: Found['limit'], { kept = 0, broken, confirmed = kept, unconfirmed }: Known): NextStep {
  const high = unconfirmed ?? broken;
  return { found: { limit, lowPerSecond: confirmed, ...(high === undefined ? {} : { highPerSecond: high }) } };
}
