import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../../test/fakes/records.ts';
import type { Caveat, TrialRecord } from '../../record/run-record.ts';
import { heededRounds } from './doubted-rounds.ts';

const sides = { a: { name: 'A', variant: 'A' }, b: { name: 'B', variant: 'B' }, paired: true };

/** Ten rounds of a side; `u` is one that was unsteady, `s` one in which the generator had no time, `.` a good one. */
function side(variant: string, rounds: string): readonly TrialRecord[] {
  const kinds: Readonly<Record<string, Caveat['kind']>> = { u: 'unsteady', s: 'generator-saturated' };
  return rounds.split('').map((sign, index) => {
    const kind = kinds[sign];
    const caveats = kind === undefined ? [] : [{ kind, text: `it was ${kind}`, doubts: ['rps'] }];
    return trialRecord({ variant, round: index + 1, metrics: { rps: 100 }, caveats });
  });
}

const heeded = (a: string, b: string) => heededRounds('rps', sides, side('A', a), side('B', b));

/** The numbers of the rounds that are heeded, or why there are none. */
function inShort(a: string, b: string): string {
  const found = heeded(a, b);
  return 'gap' in found ? found.gap : found.a.map(({ round }) => round).join(' ');
}

describe('rounds that a caveat speaks against', () => {
  it('are left out with their partners, up to half of them, and that is said', () => {
    expect(inShort('u...s.....', '.....u.u..')).toBe('2 3 4 7 9 10');
    expect(heeded('u.........', '..........')).toMatchObject({
      leftOut: 'left out: A, 1 round of 10: it was unsteady',
    });
    expect(inShort('u.u.u.u...', '.u.u.u....')).toBe(
      'A, 4 rounds of 10: it was unsteady; B, 3 rounds of 10: it was unsteady',
    );
  });

  it('are heeded where a busy machine hit both sides alike: only the ratio counts', () => {
    expect(inShort('uuuu......', 'uuuu......')).toBe('1 2 3 4 5 6 7 8 9 10');
    // A generator at its limit hides what the sides differ in.
    expect(inShort('ss........', 'ss........')).toBe('3 4 5 6 7 8 9 10');
  });

  it('are no noise where they are those of one side: what it does is what it is', () => {
    expect(inShort('..........', 'uuuu......')).toBe('5 6 7 8 9 10');
    expect(inShort('..........', 'uuuuu.....')).toMatch(/^B, 5 rounds of 10/);
  });
});
