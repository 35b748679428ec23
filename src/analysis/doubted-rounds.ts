import { plural } from '../numbers.ts';
import type { Comparison, TrialRecord } from '../result.ts';

/** The rounds of both sides that say something of one metric. */
export interface HeededRounds {
  readonly a: readonly TrialRecord[];
  readonly b: readonly TrialRecord[];
  /** What was left out, and why; undefined where nothing was. */
  readonly leftOut: string | undefined;
}

/** A machine that does other things spoils a round now and then. What is spoilt more often is the measurement itself. */
const mostLeftOut = 0.2;

/**
 * Leaves out the rounds in which a caveat of either side casts doubt on a metric, as long as they are few: with its partner, where
 * rounds are paired. Neither side gains by it: it is decided by caveats, which both sides have alike where they are alike.
 * @returns why the metric cannot be compared, where it cannot: it is missing, or doubted too often
 */
export function heededRounds(
  metric: string,
  sides: Pick<Comparison, 'a' | 'b' | 'paired'>,
  a: readonly TrialRecord[],
  b: readonly TrialRecord[],
): HeededRounds | { readonly gap: string } {
  if (a.length === 0 || b.length === 0) return { gap: 'nothing was measured' };
  const all = [
    [sides.a.name, a],
    [sides.b.name, b],
  ] as const;
  for (const [name, trials] of all) {
    if (trials.some(({ metrics }) => metrics[metric] === undefined)) {
      return { gap: `not measured in every round of ${name}` };
    }
  }
  const doubts = all.flatMap(([name, trials]) => doubtsOf(metric, name, trials));
  if (doubts.length === 0) return { a, b, leftOut: undefined };
  const kept = (trials: readonly TrialRecord[], others: readonly TrialRecord[]): readonly TrialRecord[] =>
    trials.filter((trial, place) => {
      const partner = sides.paired ? others[place] : undefined;
      return doubtOf(metric, trial) === undefined && (!partner || doubtOf(metric, partner) === undefined);
    });
  const [keptA, keptB] = [kept(a, b), kept(b, a)];
  const isMuch = keptA.length < (1 - mostLeftOut) * a.length || keptB.length < (1 - mostLeftOut) * b.length;
  const text = doubts.join('; ');
  return isMuch ? { gap: text } : { a: keptA, b: keptB, leftOut: `left out: ${text}` };
}

/** What is said of the doubted rounds of one side, in one sentence. */
function doubtsOf(metric: string, side: string, trials: readonly TrialRecord[]): readonly string[] {
  const texts = trials.flatMap((trial) => doubtOf(metric, trial) ?? []);
  const [first] = texts;
  return first === undefined ? [] : [`${side}, ${plural(texts.length, 'round')} of ${trials.length}: ${first}`];
}

function doubtOf(metric: string, { caveats }: TrialRecord): string | undefined {
  return caveats.find(({ doubts }) => doubts.includes(metric))?.text;
}
