import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../test/fakes/records.ts';
import { scenario } from '../../test/fakes/scenario.ts';
import type { TrialRecord } from '../result.ts';
import { judge } from './verdicts.ts';

const expectations = (claim: string, replicas = [1]) =>
  scenario({ variants: ['none', 'lock'], replicas, expect: [claim] });

function verdict(claim: string, trials: readonly TrialRecord[], replicas = [1]) {
  const judged = expectations(claim, replicas);
  const [expectation] = judged.expectations;
  if (!expectation) throw new Error('the scenario has no claim');
  const { outcome, reason } = judge(expectation, judged, trials);
  return `${outcome}: ${reason}`;
}

const none = (metrics: Record<string, number>, changes: Partial<TrialRecord> = {}) =>
  trialRecord({ variant: 'none', metrics, ...changes });
const lock = (metrics: Record<string, number>, changes: Partial<TrialRecord> = {}) =>
  trialRecord({ variant: 'lock', metrics, ...changes });

describe('judge', () => {
  it('compares variants and tells both sides in their unit', () => {
    const trials = [none({ rps: 1_000 }), lock({ rps: 4_000 })];
    expect(verdict('rps(lock) > 3 * rps(none)', trials)).toBe('passed: 4,000/s against 3,000/s');
    expect(verdict('rps(lock) > 5 * rps(none)', trials)).toBe('failed: 4,000/s against 5,000/s');
    expect(verdict('rps(lock) / rps(none) >= 4', trials)).toBe('passed: 4 against 4');
    expect(verdict('rps(lock) - rps(none) < 100/s', trials)).toBe('failed: 3,000/s against 100/s');
  });

  it('looks at every variant that a claim leaves open, and tells the worst', () => {
    const trials = [none({ p99: 48 }), lock({ p99: 12 })];
    expect(verdict('p99 < 50ms', trials)).toBe('passed: 48 ms against 50 ms (none)');
    expect(verdict('p99 < 20ms', trials)).toBe('failed: 48 ms against 20 ms (none)');
  });

  it('looks at every replica count that a claim leaves open', () => {
    const trials = [lock({ recomputes: 1 }), lock({ recomputes: 3 }, { replicas: 2 })];
    expect(verdict('recomputes(lock) <= 2', trials, [1, 2])).toBe('failed: 3 against 2 (2 replicas)');
    expect(verdict('recomputes(lock, replicas=1) <= 2', trials, [1, 2])).toMatch(/^passed: 1 against 2/);
  });

  it('never passes what was not measured', () => {
    expect(verdict('p99 < 50ms', [none({ p99: 1 })])).toBe('inconclusive: its trial was not run (lock)');
    expect(verdict('queries_per_request(lock) <= 1', [lock({})])).toBe(
      'inconclusive: queries_per_request of lock was not measured',
    );
    expect(verdict('rps(lock) / rps(none) > 1', [none({ rps: 0 }), lock({ rps: 5 })])).toBe(
      'inconclusive: a division by zero',
    );
  });

  it('does not judge by a number that a caveat doubts', () => {
    const caveats: TrialRecord['caveats'] = [
      { kind: 'generator-saturated', text: 'the generator was the limit', doubts: ['rps'] },
    ];
    const trials = [lock({ rps: 9_000, recomputes: 1 }, { caveats })];
    expect(verdict('rps(lock) > 100/s', trials)).toBe('inconclusive: lock: the generator was the limit');
    expect(verdict('recomputes(lock) <= 1', trials)).toBe('passed: 1 against 1');
  });

  it('is inconclusive where rounds disagree, and fails or passes where they agree', () => {
    const rounds = (...values: number[]) => values.map((p99, index) => lock({ p99 }, { round: index + 1 }));
    expect(verdict('p99(lock) < 50ms', rounds(40, 45, 60))).toBe(
      'inconclusive: rounds disagree: 2 of 3 hold; medians 45 ms against 50 ms',
    );
    expect(verdict('p99(lock) < 50ms', rounds(51, 55, 60))).toBe('failed: 55 ms against 50 ms');
    expect(verdict('p99(lock) < 50ms', rounds(40, 45, 49))).toBe('passed: 45 ms against 50 ms');
  });

  it('counts a failure in one place above missing data in another', () => {
    expect(verdict('p99 < 50ms', [none({ p99: 80 })])).toBe('failed: 80 ms against 50 ms (none)');
  });
});
