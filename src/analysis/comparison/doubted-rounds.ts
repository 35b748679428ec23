import { findMetric } from '../../metrics/catalogue.ts';
import { plural } from '../../model/numbers.ts';
import type { Caveat, Comparison, TrialRecord } from '../../record/run-record.ts';
import { binomialTail } from '../statistics/binomial.ts';

/** The rounds of both sides that say something of one metric. */
export interface HeededRounds {
  readonly a: readonly TrialRecord[];
  readonly b: readonly TrialRecord[];
  /** What was left out, and why; undefined where nothing was. */
  readonly leftOut: string | undefined;
}

/** Why a metric cannot be compared. */
interface Gap {
  readonly gap: string;
  /** Whether the doubts are those of one side, which noise does not explain. */
  readonly isOneSided: boolean;
}

/** A machine that does other things spoils rounds. Where it spoils more than half, it is the measurement itself that is in doubt. */
const mostLeftOut = 0.5;

/** A doubt that falls on one side so much more often than chance would have it comes from that side, and not from the machine. */
const byChance = 0.1;

/** What a busy machine does to both sides of a round alike: their ratio holds, although neither number does. */
const ofTheMachine: readonly Caveat['kind'][] = ['unsteady', 'generator-paused', 'connections-idle'];

/**
 * Leaves out the rounds in which a caveat of either side casts doubt on a metric: with its partner, where rounds are paired, and
 * unless it hits both of a pair alike (docs/decisions/0020). Neither side gains by it: a doubt that falls on one of them more
 * often than chance would have it is no noise, and then nothing is compared.
 * @returns why the metric cannot be compared, where it cannot: it is missing, or doubted too often, or on one side only
 */
export function heededRounds(
  metric: string,
  sides: Pick<Comparison, 'a' | 'b' | 'paired'>,
  a: readonly TrialRecord[],
  b: readonly TrialRecord[],
): HeededRounds | Gap {
  if (a.length === 0 || b.length === 0) return { gap: 'nothing was measured', isOneSided: false };
  const all = [
    [sides.a.name, a],
    [sides.b.name, b],
  ] as const;
  // What a service used is sampled by the platform, and a busy one leaves a round out now and then.
  const isSampled = findMetric(metric)?.byService === true;
  for (const [name, trials] of all) {
    const missing = trials.filter(({ metrics }) => metrics[metric] === undefined).length;
    if (missing === trials.length || (missing > 0 && !isSampled)) {
      return { gap: `not measured in every round of ${name}`, isOneSided: false };
    }
  }
  const isHeeded = (trial: TrialRecord, partner: TrialRecord | undefined): boolean => {
    const [own, other] = [doubtOf(metric, trial), partner && doubtOf(metric, partner)];
    if (own === undefined && other === undefined) return true;
    return own?.kind !== undefined && own.kind === other?.kind && ofTheMachine.includes(own.kind);
  };
  const kept = (trials: readonly TrialRecord[], others: readonly TrialRecord[]): readonly TrialRecord[] =>
    trials.filter((trial, place) => isHeeded(trial, sides.paired ? others[place] : undefined));
  const [keptA, keptB] = [kept(a, b), kept(b, a)];
  if (keptA.length === a.length && keptB.length === b.length) return { a, b, leftOut: undefined };
  const text = all.flatMap(([name, trials]) => doubtsOf(metric, name, trials)).join('; ');
  const isMuch = keptA.length < (1 - mostLeftOut) * a.length || keptB.length < (1 - mostLeftOut) * b.length;
  const [ofA = 0, ofB = 0] = all.map(([, trials]) => trials.filter((trial) => doubtOf(metric, trial)).length);
  // The exact sign test.
  const isOneSided = 2 * binomialTail(Math.max(ofA, ofB), ofA + ofB, 0.5) < byChance;
  return isMuch || isOneSided ? { gap: text, isOneSided } : { a: keptA, b: keptB, leftOut: `left out: ${text}` };
}

/** What is said of the doubted rounds of one side, in one sentence. */
function doubtsOf(metric: string, side: string, trials: readonly TrialRecord[]): readonly string[] {
  const texts = trials.flatMap((trial) => doubtOf(metric, trial)?.text ?? []);
  const [first] = texts;
  return first === undefined ? [] : [`${side}, ${plural(texts.length, 'round')} of ${trials.length}: ${first}`];
}

/** Why a round says nothing of a metric; without a kind where that is missing. */
function doubtOf(
  metric: string,
  { caveats, metrics }: TrialRecord,
): { kind?: Caveat['kind']; text: string } | undefined {
  const doubt = caveats.find(({ doubts }) => doubts.includes(metric));
  return doubt ?? (metrics[metric] === undefined ? { text: 'it was not told in time' } : undefined);
}
