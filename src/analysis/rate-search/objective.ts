import type { Expectation, MetricReference } from '../../model/expectation.ts';
import { formatPercent, formatQuantity, plural } from '../../model/numbers.ts';
import type { Caveat, RateSearchRecord, TrialRecord } from '../../record/run-record.ts';
import { endsOf, holds, sidesOf, unitOf } from '../evaluate.ts';

/** What one probe said of an objective. */
export type ProbeOutcome = Pick<RateSearchRecord['probes'][number], 'outcome' | 'why'>;

/** A rate is carried only if nearly all that was offered was answered, right or wrong. */
const mostLost = 0.001;

/** A percentile of few answers is coarse, and a pause of the generator's can only make latencies longer: both are enough to go on. */
const borne: readonly string[] = ['too-few-samples', 'generator-paused'];

/** Whether a trial at one rate kept the objective, and its numbers in words. */
export function probeOutcome(slo: readonly Expectation[], trial: TrialRecord): ProbeOutcome {
  const limit = trial.caveats.find(({ kind }) => kind === 'generator-saturated' || kind === 'generator-refused');
  if (limit) return { outcome: 'generator', why: limit.text };
  const lost = lossOf(trial);
  if (lost !== undefined) return { outcome: 'broken', why: lost };
  const enough = (caveats: readonly Caveat[]) => caveats.filter(({ kind }) => !borne.includes(kind));
  const byRequest = trial.byRequest.map((results) => ({ ...results, caveats: enough(results.caveats) }));
  const believed = { ...trial, caveats: enough(trial.caveats), byRequest };
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

function nameOf({ metric, request, service }: MetricReference): string {
  const part = request ?? service;
  return part === undefined ? metric : `${metric} of ${part}`;
}

function claimOutcome(claim: Expectation, trial: TrialRecord): ProbeOutcome {
  const { variant, replicas } = trial;
  const sides = sidesOf(claim, { variant, replicas }, [trial]);
  if ('missing' in sides) return holdsAtBothEnds(claim, trial) ?? { outcome: 'broken', why: sides.missing };
  const unit = unitOf(claim.left) ?? unitOf(claim.right) ?? 'count';
  const value = formatQuantity(sides.left, unit);
  const name = claim.left.kind === 'metric' ? nameOf(claim.left) : claim.text;
  if (holds(claim.comparator, sides.left, sides.right)) return { outcome: 'kept', why: `${name} ${value}` };
  return { outcome: 'broken', why: `${name} ${value} against ${formatQuantity(sides.right, unit)}` };
}

/** A few requests without an answer leave a claim as it is, where it would hold whatever became of them. */
function holdsAtBothEnds(claim: Expectation, trial: TrialRecord): ProbeOutcome | undefined {
  const { variant, replicas } = trial;
  const ends = endsOf(claim, { variant, replicas }, [trial]);
  if ('missing' in ends) return undefined;
  const isKept = [ends.low, ends.high].every((end) => holds(claim.comparator, end, ends.right));
  const name = claim.left.kind === 'metric' ? nameOf(claim.left) : claim.text;
  const value = formatQuantity(ends.high, unitOf(claim.left) ?? 'count');
  return isKept ? { outcome: 'kept', why: `${name} ${value} at most` } : undefined;
}
