import { rowsOf, type Row } from '../analysis/summary.ts';
import { findMetric } from '../metrics/catalogue.ts';
import type { Metric } from '../metrics/metric.ts';
import { formatNumber, plural } from '../model/numbers.ts';
import type { Plan } from '../model/plan.ts';
import { loadsOf, type Scenario } from '../model/scenario.ts';
import type { RunRecord } from '../record/run-record.ts';

/** A variant at a replica count. */
interface Side {
  readonly variant: string;
  readonly replicas: number;
}

/** Something that can be guessed before a run: what one side has of a metric, as a multiple of what the other has. */
export interface Question {
  readonly scenario: string;
  readonly metric: Metric;
  readonly of: Side;
  readonly than: Side;
  /** The question as a person is asked it. */
  readonly text: string;
}

/** A direction, or how many times as much. */
export type Guess = { readonly kind: 'more' | 'less' | 'same' } | { readonly kind: 'times'; readonly times: number };

/** So many questions a scenario: with more, nobody thinks about any. */
const mostQuestions = 3;
/** What is called the same. */
const sameShare = 0.1;
/** What is called right, and what is called near, as the ratio of what was guessed and what was measured. */
const right = 1.25;
const near = 2;

/** What is guessed of each kind of load. */
const guessed = { closed: 'rps', burst: 'rps', open: 'p99', search: 'max_rps' } as const;

function metricOf(scenario: Scenario): Metric | undefined {
  const [load] = loadsOf(scenario);
  return findMetric(guessed[load?.kind ?? 'closed']);
}

/** What can be guessed of a scenario: of each further variant, or where there is but one of each further replica count. */
function questionsAbout(scenario: Scenario): readonly Question[] {
  const metric = metricOf(scenario);
  const [base, ...others] = scenario.variants.map(({ name }) => name);
  const [fewest, ...more] = [...scenario.replicas].sort((one, other) => one - other);
  if (metric === undefined || base === undefined || fewest === undefined) return [];
  const than = { variant: base, replicas: fewest };
  const sides: readonly Side[] =
    others.length > 0
      ? others.map((variant) => ({ variant, replicas: fewest }))
      : more.map((replicas) => ({ variant: base, replicas }));
  return sides.slice(0, mostQuestions).map((of) => {
    const [name, known] =
      others.length > 0 ? [of.variant, base] : [plural(of.replicas, 'replica'), plural(fewest, 'replica')];
    const text = `${scenario.name}: how many times the ${metric.title} of ${known} will ${name} have?`;
    return { scenario: scenario.name, metric, of, than, text };
  });
}

/** What can be guessed before a plan is run. */
export function questionsOf({ scenarios }: Plan): readonly Question[] {
  return scenarios.flatMap(questionsAbout);
}

const words: Readonly<Record<string, Guess>> = {
  more: { kind: 'more' },
  less: { kind: 'less' },
  same: { kind: 'same' },
  half: { kind: 'times', times: 0.5 },
  twice: { kind: 'times', times: 2 },
};

/** Reads `more`, `less`, `same`, `half`, `twice`, `3`, `3x` or `0.5 times`; undefined where it is nothing of that. */
export function readGuess(text: string): Guess | undefined {
  const word = text.trim().toLowerCase();
  if (Object.hasOwn(words, word)) return words[word];
  const parts = /^(\d+(?:\.\d+)?|\.\d+) *(?:x|×|times)?$/.exec(word);
  const times = Number(parts?.[1]);
  return parts && times > 0 ? { kind: 'times', times } : undefined;
}

function rowOf(record: RunRecord, scenario: string, { variant, replicas }: Side): Row | undefined {
  return rowsOf(record.trials, scenario, [variant]).find((row) => row.replicas === replicas);
}

function timesText(times: number): string {
  return `${formatNumber(times)} times`;
}

function judge(guess: Guess, times: number): string {
  const isSame = Math.abs(times - 1) <= sameShare;
  if (guess.kind === 'same') return isSame ? 'right' : 'no';
  if (guess.kind !== 'times') {
    if (isSame) return 'neither: it is the same';
    return (guess.kind === 'more') === times > 1 ? 'right' : 'the other way around';
  }
  const off = Math.max(guess.times / times, times / guess.times);
  if (off <= right) return 'right';
  const isWrongWay = !isSame && (guess.times - 1) * (times - 1) < 0;
  return isWrongWay ? 'the other way around' : off <= near ? 'near' : `off by ${timesText(off)}`;
}

/** What was guessed beside what came out, in a sentence. */
export function compareGuess({ scenario, metric, of, than, text }: Question, guess: Guess, record: RunRecord): string {
  const [measured, base] = [of, than].map((side) => rowOf(record, scenario, side)?.values[metric.name]?.median);
  const said = guess.kind === 'times' ? timesText(guess.times) : guess.kind;
  if (measured === undefined || base === undefined || base === 0)
    return `${text} You said ${said}; it was not measured.`;
  const times = measured / base;
  return `${text} You said ${said}, it was ${timesText(times)}: ${judge(guess, times)}.`;
}
