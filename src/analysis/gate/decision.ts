import type { Verdict } from '../../result.ts';
import type { Judgement } from './verdicts.ts';

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

/**
 * What is left of a first batch's judgements after fresh rounds: a failure stands only where both have it, or B has died. What
 * was open is taken from the fresh rounds, which have not been chosen for what they say.
 */
export function confirmed(first: readonly Judgement[], fresh: readonly Judgement[]): readonly Judgement[] {
  if (fresh.some(({ isBeyondDoubt }) => isBeyondDoubt)) return fresh;
  return first.map((judgement) => {
    const { verdict } = judgement;
    const again = fresh.find(({ verdict: { expectation } }) => expectation === verdict.expectation);
    if (verdict.outcome === 'inconclusive' && again?.verdict.outcome === 'passed') return again;
    if (!isToBeConfirmed(judgement)) return judgement;
    return { ...judgement, verdict: confirmedVerdict(verdict, again?.verdict, fresh.length > 0) };
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
