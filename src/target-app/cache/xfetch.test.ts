import { describe, expect, it } from 'vitest';

import { open, seal } from './envelope.ts';
import { goesEarly } from './xfetch.ts';

const envelope = { expiresAtMs: 10_000, recomputeMs: 100, text: '' };

describe('the decision to recompute early', () => {
  it('is never early for the reader who draws 1, and always made once the value has expired', () => {
    expect(goesEarly(envelope, 9_999, 1, 1)).toBe(false);
    expect(goesEarly(envelope, 10_000, 1, 1)).toBe(true);
  });

  it('reaches back by the time of a recompute, times -ln(u)', () => {
    const u = Math.exp(-3); // three recomputes early
    expect(goesEarly(envelope, 9_699, 1, u)).toBe(false);
    expect(goesEarly(envelope, 9_701, 1, u)).toBe(true);
  });

  it('goes earlier with a greater beta, and with a slower recompute', () => {
    const u = Math.exp(-1);
    expect(goesEarly(envelope, 9_850, 1, u)).toBe(false);
    expect(goesEarly(envelope, 9_850, 2, u)).toBe(true);
    expect(goesEarly({ ...envelope, recomputeMs: 200 }, 9_850, 1, u)).toBe(true);
  });

  it('is made by the share of readers that the exponential distribution says', () => {
    const draws = Array.from({ length: 10_000 }, (_, i) => (i + 1) / 10_000);
    const early = draws.filter((u) => goesEarly(envelope, 9_900, 1, u)).length;
    expect(early).toBe(Math.floor(10_000 / Math.E)); // P(-ln u >= 1)
  });
});

describe('an envelope', () => {
  it('gives back what was put in, whatever is in the text', () => {
    const sealed = seal({ expiresAtMs: 1_700_000_000_123, recomputeMs: 1.5, text: '{"a":"|"}|' });
    expect(open(sealed)).toEqual({ expiresAtMs: 1_700_000_000_123, recomputeMs: 1.5, text: '{"a":"|"}|' });
  });

  it.each(['', '{"id":1}', '|', '||', 'a|b|c', '{"title":"a|b|c"}', '1|2'])('is not what %j is', (text) => {
    expect(open(text)).toBeUndefined();
  });
});
