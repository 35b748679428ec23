import { describe, expect, it } from 'vitest';
import { gateSection, quiet } from '../bench/gate.ts';
import type { GateRun } from '../bench/gate-runs.ts';

/** So many runs of the gate that all came to the same. */
const runs = (count: number, share: number, outcome: GateRun['outcome']): readonly GateRun[] =>
  Array.from({ length: count }, () => ({ share, outcome, rounds: 8, said: [], machine: 'one' }));

describe('what is said of a gate’s runs', () => {
  const same = [...runs(300, 0, 'passed'), ...runs(60, 0.1, 'inconclusive')];
  const caught = [...runs(60, 0.2, 'failed'), ...runs(60, 0.5, 'failed')];

  it('is how far they bound the rate of false alarms', () => {
    const { section, passed } = gateSection(quiet, [...same, ...caught]);
    expect(passed).toBe(true);
    expect(section).toContain('0 of 300 failed, so that the rate is at most 1.0% at 95%.');
    expect(section).not.toContain('Shortened');
    const { section: alarmed } = gateSection(quiet, [...same, ...caught, ...runs(1, 0, 'failed')]);
    expect(alarmed).toContain('1 of 301 failed, so that the rate is at most 1.6% at 95%.');
  });

  it('is how many they are, where they are fewer than the goals are for', () => {
    const { section } = gateSection(quiet, [...runs(5, 0, 'passed'), ...runs(1, 0.2, 'failed')]);
    expect(section).toContain('**Shortened**: this is 6 of 480 runs');
    expect(section).toContain('0 of 5 failed, so that the rate is at most 45.1% at 95%.');
  });

  it('is that they miss the goals where a change was never tried', () => {
    const { section, passed } = gateSection(quiet, same);
    expect(passed).toBe(false);
    expect(section).toContain('These runs miss the goals for: 20% more work');
  });
});
