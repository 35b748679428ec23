import { findMetric } from '../metrics/catalogue.ts';
import { referencesOf, type Expectation } from '../model/expectation.ts';
import { formatPercent, formatQuantity, formatRounded, formatValue } from '../model/numbers.ts';
import type { Scenario } from '../model/scenario.ts';
import type { TrialRecord, Verdict } from '../record/run-record.ts';
import { endsOf, holds, sidesOf, unitOf, type Instance } from './evaluate.ts';
import { leastDifferences, signedRankInterval } from './statistics/signed-rank.ts';
import { median } from './summary.ts';

interface Judgement {
  readonly instance: Instance;
  readonly outcome: Verdict['outcome'];
  readonly reason: string;
  /** How far inside the claim it is, as a share of the right side: the smallest one is told. */
  readonly margin: number;
  readonly evidence: Verdict['evidence'];
}

function roundsOf(trials: readonly TrialRecord[]): readonly (readonly TrialRecord[])[] {
  const numbers = [...new Set(trials.map((trial) => trial.round))];
  return numbers.map((number) => trials.filter((trial) => trial.round === number));
}

/** The 95% of the intervals, and the fewest rounds that give one. */
const confidence = 0.95;
const leastRounds = leastDifferences(confidence);

/** What a value is over the rounds: its median, and where it lies. */
interface Range {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Counted evidence has no noise that more rounds would average out, and an equality none to tolerate: each round has to hold. */
export function isNoisy(expectation: Expectation): boolean {
  if (expectation.comparator === '==' || expectation.comparator === '!=') return false;
  return referencesOf(expectation).some(({ metric }) => findMetric(metric)?.kind === 'timed');
}

/** Of timed metrics, from 6 rounds on, the exact interval of the centre (95%); otherwise what the rounds have shown. */
function rangeOf(expectation: Expectation, values: readonly number[]): Range {
  const shown = { value: median(values), low: Math.min(...values), high: Math.max(...values) };
  if (values.length < leastRounds || !isNoisy(expectation)) return shown;
  return { ...signedRankInterval(values, confidence), value: shown.value };
}

/**
 * How the left side lies to the right one: of claims about one number as it is, of others by the ratio round by round where both
 * are positive, so that what all of a round had in common cancels out; told in the unit of the left side, against the median of the
 * right one.
 */
function leftRange(expectation: Expectation, lefts: readonly number[], rights: readonly number[]): Range {
  const limit = median(rights);
  const isFixed = expectation.right.kind === 'number';
  const logs = lefts.map((left, round) => Math.log(left / (rights[round] ?? NaN)));
  if (isFixed || [...lefts, ...rights].some((value) => value <= 0) || !logs.every(Number.isFinite)) {
    const { low, high } = rangeOf(
      expectation,
      lefts.map((left, round) => left - (rights[round] ?? NaN)),
    );
    return { value: median(lefts), low: low + limit, high: high + limit };
  }
  const { low, high } = rangeOf(expectation, logs);
  return { value: median(lefts), low: Math.exp(low) * limit, high: Math.exp(high) * limit };
}

function outcomeOf({ comparator }: Expectation, { low, high }: Range, limit: number): Verdict['outcome'] {
  const [atLow, atHigh] = [holds(comparator, low, limit), holds(comparator, high, limit)];
  // All of the interval, and not only its ends, has to be on one side.
  if (comparator === '==' || comparator === '!=') {
    const isPoint = low === high;
    const excludes = limit < low || limit > high;
    if (isPoint) return atLow ? 'passed' : 'failed';
    if (excludes) return comparator === '!=' ? 'passed' : 'failed';
    return 'inconclusive';
  }
  if (atLow && atHigh) return 'passed';
  return atLow || atHigh ? 'inconclusive' : 'failed';
}

/** `4.10 ms (3.80 to 4.40) against 50 ms, 8% of the limit`. */
function reasonOf(expectation: Expectation, evidence: NonNullable<Verdict['evidence']>): string {
  const unit = unitOf(expectation.left) ?? unitOf(expectation.right) ?? 'count';
  const { value, limit, low = value, high = value, rounds } = evidence;
  const [from, to] = [low, high].map((end) => formatValue(end, unit));
  const range = rounds > 1 && from !== to ? ` (${String(from)} to ${String(to)})` : '';
  const numbers = `${formatQuantity(value, unit)}${range} against ${formatQuantity(limit, unit)}`;
  const isEquality = expectation.comparator === '==' || expectation.comparator === '!=';
  // Nobody can say how many times nothing, or less than that, something is.
  if (isEquality || value <= 0 || limit <= 0 || value === limit) return numbers;
  return `${numbers}, ${distanceWords(value / limit)} the limit`;
}

const fractions = {
  half: 1 / 2,
  'a third of': 1 / 3,
  'a quarter of': 1 / 4,
  'a fifth of': 1 / 5,
  'a tenth of': 1 / 10,
};

/** How many times its limit a value is, in the words that a person would use: `twice`, `20% below`, `a third of`. */
function distanceWords(times: number): string {
  if (times >= 1.95) return times < 2.05 ? 'twice' : `${formatRounded(times, times < 10 ? 1 : 0)} times`;
  if (times > 1) return `${formatPercent(times - 1)} above`;
  if (times > 0.55) return `${formatPercent(1 - times)} below`;
  const near = Object.entries(fractions).find(([, fraction]) => Math.abs(times / fraction - 1) < 0.04);
  return near?.[0] ?? `${formatPercent(times)} of`;
}

function judgeInstance(expectation: Expectation, instance: Instance, trials: readonly TrialRecord[]): Judgement {
  const lefts: number[] = [];
  const rights: number[] = [];
  for (const round of roundsOf(trials)) {
    const sides = sidesOf(expectation, instance, round);
    if ('missing' in sides) {
      const unknown = { instance, outcome: 'inconclusive', reason: sides.missing, margin: -Infinity } as const;
      return judgeEnds(expectation, instance, trials) ?? { ...unknown, evidence: undefined };
    }
    lefts.push(sides.left);
    rights.push(sides.right);
  }
  const limit = median(rights);
  const range = leftRange(expectation, lefts, rights);
  const inside = expectation.comparator.startsWith('>') ? range.value - limit : limit - range.value;
  const margin = inside / (limit === 0 ? 1 : Math.abs(limit));
  const evidence = { ...range, limit, margin, rounds: lefts.length };
  const outcome = outcomeOf(expectation, range, limit);
  const said = reasonOf(expectation, evidence);
  const reason = outcome === 'inconclusive' ? `the rounds do not agree: ${said}` : said;
  return { instance, outcome, reason, margin, evidence: finite(evidence) };
}

/** What is so wherever a doubted metric lies between its ends; undefined where it is not, or those are not known. */
function judgeEnds(
  expectation: Expectation,
  instance: Instance,
  trials: readonly TrialRecord[],
): Judgement | undefined {
  const rounds = roundsOf(trials).map((round) => endsOf(expectation, instance, round));
  const known = rounds.flatMap((ends) => ('missing' in ends ? [] : [ends]));
  const [first] = known;
  if (known.length < rounds.length || !first) return undefined;
  const [low, high] = [Math.min(...known.map((ends) => ends.low)), Math.max(...known.map((ends) => ends.high))];
  const limit = first.right;
  const value = median(known.map((ends) => ends.low));
  const outcome = outcomeOf(expectation, { value, low, high }, limit);
  if (outcome === 'inconclusive') return undefined;
  const unit = unitOf(expectation.left) ?? 'count';
  const most = high < Infinity ? `at most ${formatQuantity(high, unit)}` : 'or more';
  const reason = `${formatQuantity(low, unit)}, ${most}, as ${causeOf(expectation, trials)}, against ${formatQuantity(limit, unit)}`;
  // The margin is that of the end which is nearer to the limit.
  const inside = expectation.comparator.startsWith('>') ? low - limit : limit - high;
  const margin = inside / (limit === 0 ? 1 : Math.abs(limit));
  return {
    instance,
    outcome,
    reason,
    margin,
    evidence: finite({ value, limit, low, ...(high < Infinity ? { high } : {}), margin, rounds: known.length }),
  };
}

/** Why a metric is known by its ends alone. */
function causeOf(expectation: Expectation, trials: readonly TrialRecord[]): string {
  const isOfAct = referencesOf(expectation).some(({ metric }) => findMetric(metric)?.byAct === true);
  const isUnseen = trials.some(({ caveats, acts = [] }) =>
    [...caveats, ...acts.flatMap((act) => act.caveats)].some(({ kind }) => kind === 'not-recovered'),
  );
  return isOfAct && isUnseen ? 'the measured time ended before' : 'requests have no answer';
}

/** No evidence in place of numbers that JSON has not: a record with them could not be read again. */
function finite(evidence: NonNullable<Verdict['evidence']>): Verdict['evidence'] {
  return Object.values(evidence).every(Number.isFinite) ? evidence : undefined;
}

function instancesOf(expectation: Expectation, scenario: Scenario): readonly Instance[] {
  const references = referencesOf(expectation);
  const everyVariant = references.some((reference) => reference.variant === undefined);
  const everyCount = references.some((reference) => reference.replicas === undefined);
  const variants = everyVariant ? scenario.variants.map((variant) => variant.name) : [undefined];
  const counts = everyCount ? scenario.replicas : scenario.replicas.slice(0, 1);
  return variants.flatMap((variant) => counts.map((replicas) => ({ variant, replicas })));
}

/** Whether a claim is about a trial. */
function isMeant(claim: Expectation, { variant, replicas }: TrialRecord): boolean {
  return referencesOf(claim).some((reference) => {
    const isVariant = reference.variant === undefined || reference.variant === variant;
    return isVariant && (reference.replicas === undefined || reference.replicas === replicas);
  });
}

const severity = { failed: 0, inconclusive: 1, passed: 2 } as const;

function describeInstance({ instance, reason }: Judgement, claim: Expectation, scenario: Scenario): string {
  const requests = new Set(referencesOf(claim).flatMap(({ request }) => request ?? []));
  const parts = [
    ...requests,
    instance.variant !== undefined && scenario.variants.length > 1 ? instance.variant : undefined,
    scenario.replicas.length > 1
      ? `${instance.replicas} ${instance.replicas === 1 ? 'replica' : 'replicas'}`
      : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? reason : `${reason} (${parts.join(', ')})`;
}

/**
 * Judges one claim. It is looked at for every variant and replica count that it leaves open, over all rounds; what is told is the
 * worst of them. Failed: some place fails it, wherever in its interval it lies. Inconclusive: data is missing, a caveat doubts a
 * metric that it uses, or its interval reaches to both sides. Missing data is never a pass.
 */
export function judge(expectation: Expectation, scenario: Scenario, trials: readonly TrialRecord[]): Verdict {
  const ofScenario = trials.filter((trial) => trial.scenario === scenario.name);
  const judgements = instancesOf(expectation, scenario)
    .map((instance) => judgeInstance(expectation, instance, ofScenario))
    .sort((a, b) => severity[a.outcome] - severity[b.outcome] || a.margin - b.margin);
  const [worst] = judgements;
  const leansOn = ofScenario.filter((trial) => isMeant(expectation, trial)).map(({ number }) => number);
  const base = { scenario: scenario.name, expectation: expectation.text, trials: leansOn };
  if (!worst) return { ...base, outcome: 'inconclusive', reason: 'nothing was measured' };
  const { outcome, evidence } = worst;
  const reason = describeInstance(worst, expectation, scenario);
  return { ...base, outcome, reason, ...(evidence === undefined ? {} : { evidence }) };
}

/** Judges every claim of the scenarios. */
export function verdictsOf(scenarios: readonly Scenario[], trials: readonly TrialRecord[]): Verdict[] {
  return scenarios.flatMap((scenario) =>
    scenario.expectations.map((expectation) => judge(expectation, scenario, trials)),
  );
}
