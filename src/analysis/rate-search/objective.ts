import { formatPercent, formatQuantity, plural } from '../../numbers.ts';
import type { RateSearchRecord, TrialRecord } from '../../result.ts';
import type { Expectation } from '../../scenarios/expectation.ts';
import { holds, sidesOf, unitOf } from '../evaluate.ts';

/** What one probe said of an objective. */
export type ProbeOutcome = Pick<RateSearchRecord['probes'][number], 'outcome' | 'why'>;

/** A rate is carried only if nearly all that was offered was answered, right or wrong. */
const mostLost = 0.001;

/** Whether a trial at one rate kept the objective, and its numbers in words. A percentile of few answers is coarse, and enough to go on. */
export function probeOutcome(slo: readonly Expectation[], trial: TrialRecord): ProbeOutcome {
  const limit = trial.caveats.find(({ kind }) => kind === 'generator-saturated' || kind === 'generator-refused');
  if (limit) return { outcome: 'generator', why: limit.text };
  const lost = lossOf(trial);
  if (lost !== undefined) return { outcome: 'broken', why: lost };
  const believed = { ...trial, caveats: trial.caveats.filter(({ kind }) => kind !== 'too-few-samples') };
  const claims = slo.map((claim) => claimOutcome(claim, believed));
  const broken = claims.find(({ outcome }) => outcome === 'broken');
  return broken ?? { outcome: 'kept', why: claims.map(({ why }) => why).join(', ') };
}

function lossOf({ measurement: { open, unfinished } }: TrialRecord): string | undefined {
  if (open === undefined || open.offered === 0) return undefined;
  const lost = open.dropped + open.unsent + unfinished;
  if (lost <= Math.max(1, mostLost * open.offered)) return undefined;
  return `${formatPercent(lost / open.offered)} of ${plural(open.offered, 'request')} had no answer in the end`;
}

function claimOutcome(claim: Expectation, trial: TrialRecord): ProbeOutcome {
  const { variant, replicas } = trial;
  const sides = sidesOf(claim, { variant, replicas }, [trial]);
  if ('missing' in sides) return { outcome: 'broken', why: sides.missing };
  const unit = unitOf(claim.left) ?? unitOf(claim.right) ?? 'count';
  const value = formatQuantity(sides.left, unit);
  const name = claim.left.kind === 'metric' ? claim.left.metric : claim.text;
  if (holds(claim.comparator, sides.left, sides.right)) return { outcome: 'kept', why: `${name} ${value}` };
  return { outcome: 'broken', why: `${name} ${value} against ${formatQuantity(sides.right, unit)}` };
}
