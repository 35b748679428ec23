import type { Verdict } from '../../record/run-record.ts';
import { studentQuantile } from '../statistics/student.ts';
import type { Judgement } from './verdicts.ts';

/**
 * Raised when what a gate judges or decides changes, in this room, the statistics or the rounds: what is known of how often it is
 * right (`bench/gate-runs/`) is of the rules under which it was counted, and of no others.
 */
export const gateRulesVersion = 4;

/** What a gate says: its verdicts, and what it does without. */
export interface Decision {
  readonly verdicts: readonly Verdict[];
  /** What was not judged and why, a line a reason. */
  readonly notJudged: readonly string[];
}

/** What a gate waits for as long as the budget lasts. */
const first = ['rps', 'p50'];

/**
 * What judgements come to. What noise hides is not judged where CPU per request is clear, which noise hardly moves; tails, and the
 * latencies of single requests, neither where RPS and p50 are (docs/decisions/0020).
 */
export function decisionOf(judgements: readonly Judgement[]): Decision {
  const isCpuClear = isClear(judgements, ['cpu_per_request']);
  const areFirstClear = isClear(judgements, first);
  const isLeftOpen = (judgement: Judgement): boolean =>
    judgement.isHidden && (isCpuClear || (areFirstClear && !isFirst(judgement)));
  const byReason = new Map<string, readonly string[]>();
  for (const judgement of judgements.filter(isLeftOpen)) {
    const { reason } = judgement.verdict;
    byReason.set(reason, [...(byReason.get(reason) ?? []), nameOf(judgement)]);
  }
  return {
    verdicts: judgements.filter((judgement) => !isLeftOpen(judgement)).map(({ verdict }) => verdict),
    notJudged: [...byReason].map(([reason, names]) => `${names.join(', ')} not judged: ${reason}`),
  };
}

function isFirst({ tolerance }: Judgement): boolean {
  return tolerance !== undefined && tolerance.request === undefined && first.includes(tolerance.metric);
}

/** Whether it is known of all these metrics, as of all requests, whether B keeps to the tolerance. */
function isClear(judgements: readonly Judgement[], metrics: readonly string[]): boolean {
  return metrics.every((metric) =>
    judgements.some(({ tolerance, verdict }) => {
      const isIt = tolerance?.metric === metric && tolerance.request === undefined;
      return isIt && verdict.outcome !== 'inconclusive';
    }),
  );
}

/**
 * Whether more rounds are not worth it: something has failed and is to be confirmed; or all is clear, RPS and p50 with it, and
 * nothing that noise hides looks worse than it may be.
 */
export function isDecided(judgements: readonly Judgement[]): boolean {
  if (judgements.some(isToBeConfirmed)) return true;
  if (decisionOf(judgements).verdicts.some(({ outcome }) => outcome === 'inconclusive')) return false;
  return !judgements.some((judgement) => {
    const { outcome, evidence } = judgement.verdict;
    return outcome === 'inconclusive' && (isFirst(judgement) || (evidence?.margin ?? 0) < 0);
  });
}

function nameOf({ tolerance, verdict }: Judgement): string {
  if (tolerance === undefined) return verdict.expectation;
  const { metric, request } = tolerance;
  return request === undefined ? metric : `${metric} of ${request}`;
}

/** Whether fresh rounds are to confirm it: a failure by numbers, which may be chance. That there was no right answer is none. */
export function isToBeConfirmed({ verdict, isBeyondDoubt }: Judgement): boolean {
  return verdict.outcome === 'failed' && isBeyondDoubt !== true;
}

/** Whether B looks worse than it may be, in what noise hardly moves: fresh rounds are to tell. */
export function isSuspect({ verdict, isNoisy, isBeyondDoubt }: Judgement): boolean {
  const { outcome, evidence } = verdict;
  if (isBeyondDoubt === true || outcome === 'passed') return false;
  return outcome === 'failed' || (!isNoisy && (evidence?.margin ?? 0) < 0);
}

/**
 * What judgements come to that have made way for fresh rounds: what is suspect is to be confirmed, and all else is open. They were
 * made when the clock said so, and at no planned look, so nothing passes by them.
 */
export function suspected(judgements: readonly Judgement[]): readonly Judgement[] {
  return judgements.map((judgement) => {
    const outcome = isSuspect(judgement) ? 'failed' : 'inconclusive';
    const suspicion = judgement.verdict.outcome === 'failed' ? 'strong' : 'weak';
    return { ...judgement, verdict: { ...judgement.verdict, outcome }, suspicion };
  });
}

/**
 * The failures that fresh rounds are to confirm, in the order in which they are looked at: what is clearest first, and what is only
 * suspected last.
 */
export function toBeConfirmed(judgements: readonly Judgement[]): readonly Judgement[] {
  const isWeak = ({ suspicion }: Judgement): number => (suspicion === 'weak' ? 1 : 0);
  const failed = judgements.filter(isToBeConfirmed);
  return failed.toSorted((one, other) => {
    const [clear, less] = [clarityOf(one), clarityOf(other)];
    if (isWeak(one) !== isWeak(other) || clear !== less) return isWeak(one) - isWeak(other) || less - clear;
    return Number(one.isNoisy) - Number(other.isNoisy);
  });
}

/** What noise can move may be moved farther in the fresh rounds than it was at first. */
const noisyShare = 2 / 3;

/**
 * How sure fresh rounds are to confirm a failure: how far it is past its tolerance, in reaches of its interval; of what was only
 * counted, how far from chance it is, in those of what just fails (standard deviations of a normal distribution). What has neither is taken
 * for just clear, or, where noise can move it, for hardly.
 */
function clarityOf({ verdict: { evidence }, isNoisy, chance }: Judgement): number {
  // Requests that hang in one stall of the machine are one accident, and not as many.
  if (chance !== undefined) return (noisyShare * deviations(chance.of)) / deviations(chance.failsAt);
  const { value, limit, low, high } = evidence ?? {};
  if (value === undefined || limit === undefined || low === undefined || high === undefined) return isNoisy ? 0 : 1;
  const reach = value > limit ? value - low : high - value;
  const clarity = reach <= 0 ? Infinity : Math.abs(value - limit) / reach;
  return isNoisy ? noisyShare * clarity : clarity;
}

/** How many standard deviations from the mean of a normal distribution a value lies that is passed with this probability. */
function deviations(chance: number): number {
  const [least, manyDegrees] = [1e-9, 1000];
  return chance >= 0.5 ? 0 : studentQuantile(1 - 2 * Math.max(chance, least), manyDegrees);
}

/**
 * What is left of a first batch's judgements after fresh rounds: a failure stands only where both have it, or B has died. Failures
 * are looked at in the order of {@link toBeConfirmed}, which the fresh rounds have no part in, until one is not confirmed: so none
 * of them has to be surer than one alone (fixed sequence: Maurer, Hothorn and Lehmacher, "Multiple comparisons in drug clinical
 * trials and preclinical assays", 1995). What was open is taken from the fresh rounds, which have not been chosen for what
 * they say.
 * @param isEachSure whether the fresh judgements share the false alarms among them, so that each is sure enough alone
 */
export function confirmed(
  first: readonly Judgement[],
  fresh: readonly Judgement[],
  isEachSure = false,
): readonly Judgement[] {
  if (fresh.some(({ isBeyondDoubt }) => isBeyondDoubt)) return fresh;
  const again = ({ verdict }: Judgement): Verdict | undefined =>
    fresh.find(({ verdict: { expectation } }) => expectation === verdict.expectation)?.verdict;
  const order = toBeConfirmed(first);
  const isMissed = (judgement: Judgement): boolean => !isEachSure && again(judgement)?.outcome !== 'failed';
  const firstMissed = order.findIndex(isMissed);
  const isReached = (judgement: Judgement): boolean => firstMissed === -1 || order.indexOf(judgement) <= firstMissed;
  return first.map((judgement) => {
    const { verdict } = judgement;
    const now = again(judgement);
    const isOpen = verdict.outcome === 'inconclusive' || judgement.suspicion !== undefined;
    if (isOpen && now?.outcome === 'passed') return { ...judgement, verdict: now };
    if (!isToBeConfirmed(judgement)) return judgement;
    if (isReached(judgement)) return { ...judgement, verdict: confirmedVerdict(verdict, now, fresh.length > 0) };
    const missed = order[firstMissed]?.verdict.expectation ?? '';
    const reason = `${verdict.reason}; fresh rounds do not confirm ${missed}, which is looked at first`;
    return { ...judgement, verdict: { ...verdict, outcome: 'inconclusive', reason } };
  });
}

function confirmedVerdict(first: Verdict, again: Verdict | undefined, isTried: boolean): Verdict {
  if (again === undefined) {
    const why = isTried ? 'fresh rounds do not have it' : 'there was no time to confirm it';
    return { ...first, outcome: 'inconclusive', reason: `${first.reason}; ${why}` };
  }
  const rounds = `${again.evidence?.rounds ?? 0} fresh rounds`;
  if (again.outcome === 'failed') return { ...first, reason: `${first.reason}; ${rounds} confirm it` };
  const reason = `${first.reason}; ${rounds} do not confirm it: ${again.reason}`;
  return { ...first, outcome: 'inconclusive', reason };
}
