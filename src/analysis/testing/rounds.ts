import { trialRecord } from '../../../test/fakes/records.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import type { ComparisonSettings } from '../comparison/comparison.ts';

/** Rounds of a variant from 1 on, by the values that its metrics have in them; a metric that has too few is missing later. */
export function rounds(
  variant: string,
  values: Readonly<Record<string, readonly number[]>>,
  changes: Partial<TrialRecord> = {},
): readonly TrialRecord[] {
  const most = Math.max(0, ...Object.values(values).map(({ length }) => length));
  return Array.from({ length: most }, (_, index) => {
    const metrics = Object.entries(values).flatMap(([name, all]) => {
      const value = all[index];
      return value === undefined ? [] : [[name, value] as const];
    });
    return trialRecord({ variant, round: index + 1, metrics: Object.fromEntries(metrics), ...changes });
  });
}

/** Two sides that were run in rounds and are looked at once: six rounds are enough, and their ends are the interval. */
export const pairedOnce: ComparisonSettings = {
  scenario: 'herd',
  replicas: 1,
  a: { name: 'A', variant: 'A' },
  b: { name: 'B', variant: 'B' },
  paired: true,
  looks: 1,
  confidence: 0.95,
  smallest: 0.05,
};
