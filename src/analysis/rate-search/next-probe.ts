import type { RateSearchRecord } from '../../result.ts';

/** One probe that was run. */
export type Probe = Pick<RateSearchRecord['probes'][number], 'phase' | 'ratePerSecond' | 'outcome'>;

/** What a search is told. */
export interface SearchSettings {
  readonly firstPerSecond: number;
  /** No higher rate is tried. */
  readonly mostPerSecond: number;
  /** The answer is known to this share of itself. */
  readonly precision: number;
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
/** A hiccup of the machine breaks an objective too: a rate that breaks it is tried once more before that is believed. */
const attempts = 2;

/** What is known of a rate: how often it was tried, and what came out at last. */
interface Tried {
  readonly ratePerSecond: number;
  readonly outcome: Probe['outcome'];
  readonly isCertain: boolean;
}

function triedOf(probes: readonly Probe[]): readonly Tried[] {
  const rates = [...new Set(probes.map(({ ratePerSecond }) => ratePerSecond))];
  return rates.map((ratePerSecond) => {
    const own = probes.filter((probe) => probe.ratePerSecond === ratePerSecond);
    const last = own.at(-1);
    const outcome = last?.outcome ?? 'broken';
    // What is confirmed for longer is certain at once.
    const isCertain = outcome === 'kept' || last?.phase === 'confirm' || own.length >= attempts;
    return { ratePerSecond, outcome, isCertain };
  });
}

/** Rates are whole numbers, or have one decimal where they are small: what a report tells is what was sent. */
function rounded(ratePerSecond: number): number {
  return ratePerSecond >= 100 ? Math.round(ratePerSecond) : Math.round(ratePerSecond * 10) / 10;
}

/**
 * Exponential search for a rate that breaks the objective (Bentley and Yao, "An almost optimal algorithm for unbounded searching",
 * 1976), bisection between it and the highest one that kept it, by their ratio; then the answer is confirmed, from lower to lower
 * rates where it does not last. Depends on nothing but the probes so far.
 */
export function nextStep(settings: SearchSettings, probes: readonly Probe[]): NextStep {
  const tried = triedOf(probes);
  const uncertain = tried.find(({ isCertain }) => !isCertain);
  const last = probes.at(-1);
  if (uncertain) return { probe: { phase: last?.phase ?? 'search', ratePerSecond: uncertain.ratePerSecond } };
  if (last?.phase === 'confirm') return afterConfirmation(settings, probes, tried);
  const { low, high } = bracketOf(tried);
  if (high === undefined) return upwards(settings, low);
  if (low === undefined) return downwards(high);
  const middle = rounded(Math.sqrt(low.ratePerSecond * high.ratePerSecond));
  const isNarrow = high.ratePerSecond <= low.ratePerSecond * (1 + settings.precision);
  if (isNarrow || middle <= low.ratePerSecond || middle >= high.ratePerSecond) return confirm(low.ratePerSecond);
  return { probe: { phase: 'bisect', ratePerSecond: middle } };
}

/** The lowest rate that broke the objective, and the highest one below it that kept it. */
function bracketOf(tried: readonly Tried[]): { readonly low: Tried | undefined; readonly high: Tried | undefined } {
  const sorted = [...tried].sort((one, other) => one.ratePerSecond - other.ratePerSecond);
  const high = sorted.find(({ outcome }) => outcome !== 'kept');
  const below = high === undefined ? sorted : sorted.slice(0, sorted.indexOf(high));
  return { low: below.at(-1), high };
}

function upwards({ firstPerSecond, mostPerSecond }: SearchSettings, low: Tried | undefined): NextStep {
  if (low === undefined) return { probe: { phase: 'search', ratePerSecond: firstPerSecond } };
  if (low.ratePerSecond >= mostPerSecond) return confirm(low.ratePerSecond);
  const ratePerSecond = Math.min(mostPerSecond, rounded(low.ratePerSecond * growth));
  return { probe: { phase: 'search', ratePerSecond } };
}

function downwards(high: Tried): NextStep {
  if (high.ratePerSecond <= leastPerSecond) return { found: nothing(high.ratePerSecond) };
  const ratePerSecond = Math.max(leastPerSecond, rounded(high.ratePerSecond / decline));
  return { probe: { phase: 'search', ratePerSecond } };
}

function confirm(ratePerSecond: number): NextStep {
  return { probe: { phase: 'confirm', ratePerSecond } };
}

function nothing(highPerSecond: number): Found {
  return { limit: 'nothing', lowPerSecond: 0, highPerSecond };
}

/** Each rate that does not last is followed by one that lies twice as far below: a few of them end at any rate. */
function afterConfirmation(settings: SearchSettings, probes: readonly Probe[], tried: readonly Tried[]): NextStep {
  const confirmations = probes.filter(({ phase }) => phase === 'confirm');
  const last = confirmations.at(-1);
  if (last === undefined) throw new Error('nothing was confirmed');
  const { high } = bracketOf(tried);
  if (last.outcome === 'kept') {
    const limit = high === undefined ? 'most' : high.outcome === 'generator' ? 'generator' : 'objective';
    const found = { limit, lowPerSecond: last.ratePerSecond } as const;
    return { found: high === undefined ? found : { ...found, highPerSecond: high.ratePerSecond } };
  }
  const share = 1 - Math.min(0.5, settings.precision * 2 ** (confirmations.length - 1));
  const lower = rounded(last.ratePerSecond * share);
  return lower < leastPerSecond || lower === last.ratePerSecond
    ? { found: nothing(last.ratePerSecond) }
    : confirm(lower);
}
