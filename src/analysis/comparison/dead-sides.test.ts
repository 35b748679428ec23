import { describe, expect, it } from 'vitest';
import { measurement } from '../../../test/fakes/records.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { confirmed, isToBeConfirmed } from '../gate/decision.ts';
import { judgementsOf } from '../gate/verdicts.ts';
import { pairedOnce, rounds } from '../testing/rounds.ts';
import { compareTrials, isResolved } from './comparison.ts';
import { deathText, refuseDead } from './dead-sides.ts';

const rps = { rps: [100, 101, 102, 103, 104, 105] };
const none: Partial<Measurement> = { requests: 0, completed: 0, unfinished: 0 };
const broken = { ...none, failed: 500, errors: { 'status-5xx': 499, reset: 1 }, statuses: { '500': 490, '503': 9 } };

function side(name: string, changes: Partial<Measurement>, values = rps): readonly TrialRecord[] {
  return rounds(name, values, { measurement: measurement(changes) });
}

const well = (name: string): readonly TrialRecord[] => side(name, { requests: 1000 });
const dead = (name: string): readonly TrialRecord[] => side(name, broken, { rps: [0, 0, 0, 0, 0, 0] });
const tolerances = [
  { metric: 'rps', share: 0.1, isNoisy: true, isAsked: false },
  { metric: 'error_rate', share: 0.001, isNoisy: false, isAsked: false },
];

describe('a side that gave no right answer', () => {
  it('is told with what it gave instead', () => {
    const comparison = compareTrials(pairedOnce, well('A'), dead('B'));
    expect(deathText(comparison)).toBe('B gave no right answer in 6 rounds: 2,994 status-5xx (500, 503), 6 reset');
    const overdue = { requests: 50, waitedUs: 4e8, shortestUs: 8e6 };
    const waiting = { longestUs: 8e6, overdue, histogram: '' };
    const hanging = compareTrials(pairedOnce, side('A', { ...none, unfinished: 50, waiting }), well('B'));
    expect(deathText(hanging)).toBe('A gave no right answer in 6 rounds: 300 without an answer');
  });

  it('had no answer only to what waited for longer than its errors took', () => {
    const comparison = compareTrials(pairedOnce, well('A'), side('B', { ...broken, unfinished: 50 }));
    expect(deathText(comparison)).toBe('B gave no right answer in 6 rounds: 2,994 status-5xx (500, 503), 6 reset');
  });

  it('is not one to which the generator’s machine let nothing through: nothing was measured of it', () => {
    const refusals = { 'out-of-ports': 500 } as const;
    const caveats = [
      { kind: 'generator-refused' as const, text: '500 requests got to no server', doubts: ['rps', 'error_rate'] },
    ];
    const values = { rps: [0, 0, 0, 0, 0, 0], error_rate: [0, 0, 0, 0, 0, 0] };
    const refused = rounds('B', values, { measurement: measurement({ ...none, refusals }), caveats });
    const comparison = compareTrials(pairedOnce, well('A'), refused);
    expect(comparison.dead).toBeUndefined();
    const verdicts = judgementsOf(comparison, tolerances).map(({ verdict }) => verdict);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive']);
    expect(verdicts[0]?.reason).toContain('500 requests got to no server');
    expect(compareTrials(pairedOnce, refused, dead('B')).dead).toMatchObject({ b: expect.any(String) as string });
  });

  it('is told with what was refused as well, where some of its rounds had nothing but errors', () => {
    const [first, ...others] = dead('B');
    if (first === undefined) throw new Error('a round was expected');
    const refused = { ...first, measurement: measurement({ ...none, refusals: { 'no-route': 9 } }) };
    const comparison = compareTrials(pairedOnce, well('A'), [refused, ...others]);
    expect(comparison.dead?.b).toContain('9 refused by the generator’s machine (no-route)');
  });

  it('is not compared in any metric, not in its rate of errors either', () => {
    const comparison = compareTrials(pairedOnce, well('A'), dead('B'));
    expect(new Set(comparison.metrics.map(({ outcome }) => outcome))).toEqual(new Set(['not-measured']));
    expect(comparison.metrics[0]?.text).toContain('B gave no right answer');
    expect(isResolved(comparison, ['rps'])).toBe(false);
  });

  it('fails as B, beyond doubt: no fresh rounds are asked for', () => {
    const judgements = judgementsOf(compareTrials(pairedOnce, well('A'), dead('B')), tolerances);
    const verdicts = judgements.map(({ verdict }) => verdict);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    expect(judgements.some(isToBeConfirmed)).toBe(false);
  });

  it('is no measure as A', () => {
    const verdicts = judgementsOf(compareTrials(pairedOnce, dead('A'), well('B')), tolerances).map(
      ({ verdict }) => verdict,
    );
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive']);
    expect(verdicts[0]?.reason).toMatch(/^the base is broken, so there is nothing to judge by: A gave no right answer/);
  });

  it('fails also where it died in the rounds that were to confirm something', () => {
    const first = judgementsOf(compareTrials(pairedOnce, well('A'), well('B')), tolerances);
    const fresh = judgementsOf(compareTrials(pairedOnce, well('A'), dead('B')), tolerances);
    expect(confirmed(first, fresh)).toEqual(fresh);
  });

  it('is refused where the other gave none either, and with that alone', () => {
    expect(() => refuseDead(compareTrials(pairedOnce, well('A'), dead('B')))).not.toThrow();
    expect(() => refuseDead(compareTrials(pairedOnce, dead('A'), dead('B')))).toThrow(
      /^Nothing was compared in herd: neither A nor B gave a right answer: A in 6 rounds: 2,994 status-5xx/,
    );
  });

  it('is not one that gave a single right answer', () => {
    const almost = side('B', { ...broken, requests: 1 });
    expect(compareTrials(pairedOnce, well('A'), almost).dead).toBeUndefined();
  });
});
