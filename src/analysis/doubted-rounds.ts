import { plural } from '../numbers.ts';
import type { Caveat, Comparison, TrialRecord } from '../result.ts';

/** The rounds of both sides that say something of one metric. */
export interface HeededRounds {
  readonly a: readonly TrialRecord[];
  readonly b: readonly TrialRecord[];
  /** What was left out, and why; undefined where nothing was. */
  readonly leftOut: string | undefined;
}

/** A machine that does other things spoils rounds. Where it spoils more than half, it is the measurement itself that is in doubt. */
const mostLeftOut = 0.5;

/** A doubt that falls on one side so much more often than chance would have it comes from that side, and not from the machine. */
const byChance = 0.05;

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
  const isHeeded = (trial: TrialRecord, partner: TrialRecord | undefined): boolean => {
    const [own, other] = [doubtOf(metric, trial), partner && doubtOf(metric, partner)];
    if (own === undefined && other === undefined) return true;
    return own !== undefined && own.kind === other?.kind && ofTheMachine.includes(own.kind);
  };
  const kept = (trials: readonly TrialRecord[], others: readonly TrialRecord[]): readonly TrialRecord[] =>
    trials.filter((trial, place) => isHeeded(trial, sides.paired ? others[place] : undefined));
  const [keptA, keptB] = [kept(a, b), kept(b, a)];
  if (keptA.length === a.length && keptB.length === b.length) return { a, b, leftOut: undefined };
  const text = all.flatMap(([name, trials]) => doubtsOf(metric, name, trials)).join('; ');
  const isMuch = keptA.length < (1 - mostLeftOut) * a.length || keptB.length < (1 - mostLeftOut) * b.length;
  const [alone, other] = all.map(([, trials]) => trials.filter((trial) => doubtOf(metric, trial)).length);
  const isOneSided = chanceOf(alone ?? 0, other ?? 0) < byChance;
  return isMuch || isOneSided ? { gap: text } : { a: keptA, b: keptB, leftOut: `left out: ${text}` };
}

/** The exact two-sided sign test: how likely it is that of so many doubts one side has so few (or the other). */
function chanceOf(one: number, other: number): number {
  const all = one + other;
  let [term, sum] = [0.5 ** all, 0];
  for (let few = 0; few <= Math.min(one, other); few++) {
    sum += term;
    term *= (all - few) / (few + 1);
  }
  return Math.min(1, 2 * sum);
}

/** What is said of the doubted rounds of one side, in one sentence. */
function doubtsOf(metric: string, side: string, trials: readonly TrialRecord[]): readonly string[] {
  const texts = trials.flatMap((trial) => doubtOf(metric, trial)?.text ?? []);
  const [first] = texts;
  return first === undefined ? [] : [`${side}, ${plural(texts.length, 'round')} of ${trials.length}: ${first}`];
}

function doubtOf(metric: string, { caveats }: TrialRecord): Caveat | undefined {
  return caveats.find(({ doubts }) => doubts.includes(metric));
}
