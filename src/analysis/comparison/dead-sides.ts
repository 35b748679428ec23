import { LabError } from '../../model/errors.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatNumber, plural } from '../../model/numbers.ts';
import type { Comparison, TrialRecord } from '../../record/run-record.ts';

/** The sides that gave no right answer in any of their rounds, and what they gave instead. */
export type DeadSides = NonNullable<Comparison['dead']>;

/** Once a side has given no right answer in so many rounds it is dead, and more rounds would say the same. */
export const roundsToBeDead = 3;

/** Which sides gave no right answer at all; undefined where both gave one. A side of which there are no rounds is not dead. */
export function deadSidesOf(a: readonly TrialRecord[], b: readonly TrialRecord[]): DeadSides | undefined {
  const dead = { ...(isDead(a) ? { a: insteadOf(a) } : {}), ...(isDead(b) ? { b: insteadOf(b) } : {}) };
  return dead.a === undefined && dead.b === undefined ? undefined : dead;
}

/** Rounds of which the generator's own machine refused requests say nothing of the side: they never got to it. */
function isDead(trials: readonly TrialRecord[]): boolean {
  return (
    trials.every(({ measurement }) => measurement.requests === 0) &&
    trials.some(({ measurement }) => Object.keys(measurement.refusals).length === 0)
  );
}

/** `in 3 rounds: 3,000 status-5xx (500), 2 reset`. */
function insteadOf(trials: readonly TrialRecord[]): string {
  const errors = new Map<string, number>();
  const refusals = new Map<string, number>();
  const statuses = new Set<string>();
  let unanswered = 0;
  for (const { measurement } of trials) {
    addTo(errors, measurement.errors);
    addTo(refusals, measurement.refusals);
    for (const status of Object.keys(measurement.statuses)) statuses.add(status);
    unanswered += measurement.waiting.overdue.requests;
  }
  const had = [
    ...mostFirst(errors).map(([kind, count]) => `${formatNumber(count)} ${kind}${statusesIn(kind, statuses)}`),
    ...(unanswered > 0 ? [`${formatNumber(unanswered)} without an answer`] : []),
    ...mostFirst(refusals).map(
      ([kind, count]) => `${formatNumber(count)} refused by the generator’s machine (${kind})`,
    ),
  ];
  return `in ${plural(trials.length, 'round')}: ${had.length === 0 ? 'nothing was sent' : had.join(', ')}`;
}

function addTo(sums: Map<string, number>, counts: Measurement['errors'] | Measurement['refusals']): void {
  for (const [kind, count] of Object.entries(counts)) sums.set(kind, (sums.get(kind) ?? 0) + count);
}

function mostFirst(counts: ReadonlyMap<string, number>): readonly (readonly [kind: string, count: number])[] {
  return [...counts].filter(([, count]) => count > 0).sort((one, other) => other[1] - one[1]);
}

/** The statuses behind a kind of error: ` (500, 503)`. */
function statusesIn(kind: string, statuses: ReadonlySet<string>): string {
  const first = /^status-(\d)xx$/.exec(kind)?.[1];
  const own = [...statuses].filter((status) => first !== undefined && status.startsWith(first)).sort();
  return own.length === 0 ? '' : ` (${own.join(', ')})`;
}

/** Why nothing is compared, in a sentence without a full stop; undefined where both sides gave right answers. */
export function deathText({ a, b, dead }: Pick<Comparison, 'a' | 'b' | 'dead'>): string | undefined {
  const [ofA, ofB] = [dead?.a, dead?.b];
  if (ofA !== undefined && ofB !== undefined) {
    return `neither ${a.name} nor ${b.name} gave a right answer: ${a.name} ${ofA}; ${b.name} ${ofB}`;
  }
  if (ofA !== undefined) return `${a.name} gave no right answer ${ofA}`;
  return ofB === undefined ? undefined : `${b.name} gave no right answer ${ofB}`;
}

/**
 * Refuses a comparison of two sides that both gave no right answer: there is nothing to be said of either.
 * @throws {LabError} that says what they gave instead
 */
export function refuseDead(comparison: Pick<Comparison, 'scenario' | 'replicas' | 'a' | 'b' | 'dead'>): void {
  const { scenario, dead } = comparison;
  if (dead?.a === undefined || dead.b === undefined) return;
  throw new LabError(`Nothing was compared in ${scenario}: ${deathText(comparison) ?? ''}.`, {
    hint: 'See that both answer what the scenario asks; a status of 400 or more is right only where its check says so.',
  });
}
