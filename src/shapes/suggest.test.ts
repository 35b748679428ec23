import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, suggestion } from './suggest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['lock', 'lock', 0],
    ['asid', 'aside', 1],
    ['lokc', 'lock', 1],
    ['join', 'none', 3],
    ['', 'abc', 3],
  ])('from %s to %s is %d', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
    expect(editDistance(to, from)).toBe(distance);
  });
});

describe('didYouMean', () => {
  const strategies = ['none', 'aside', 'single-flight', 'lock', 'stale-while-revalidate', 'xfetch'];
  it.each([
    ['asid', 'aside'],
    ['ASIDE', 'aside'],
    ['singleflight', 'single-flight'],
    ['stale', 'stale-while-revalidate'],
    ['lokc', 'lock'],
    ['redis', undefined],
    ['', undefined],
    ['x', undefined],
    ['x'.repeat(1_000_000), undefined],
  ])('%s', (name, meant) => expect(didYouMean(name, strategies)).toBe(meant));

  it('makes a hint of it', () => {
    expect(suggestion('lok', ['lock', 'none'])).toBe('did you mean "lock"? There are: lock, none');
    expect(suggestion('redis', ['lock', 'none'])).toBe('there are: lock, none');
    expect(suggestion('redis', [])).toBe('there are none.');
  });
});
