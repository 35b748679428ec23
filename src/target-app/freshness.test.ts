import { beforeEach, describe, expect, it } from 'vitest';

import { createFreshness, type Freshness } from './freshness.ts';

describe('an answer with version 5', () => {
  let freshness: Freshness;
  beforeEach(() => {
    freshness = createFreshness();
  });
  const isStaleAt = (askedAtMs: number): boolean => freshness.isStale(1, 5, askedAtMs);

  it('is not stale where nobody was told of another', () => {
    expect(isStaleAt(100)).toBe(false);
    freshness.told(1, 5, 50);
    freshness.told(2, 9, 50);
    expect(isStaleAt(100)).toBe(false);
  });

  it('is stale where a writer had been told of 6 before it was asked for, and not where that came meanwhile', () => {
    freshness.told(1, 6, 50);
    expect(isStaleAt(100)).toBe(true);
    expect(isStaleAt(50)).toBe(false);
    expect(isStaleAt(40)).toBe(false);
  });

  it('is held against what was known when it was asked for, however much has been written since', () => {
    freshness.told(1, 5, 50);
    for (let version = 6; version < 100; version++) freshness.told(1, version, 60);
    expect(isStaleAt(55)).toBe(false);
    expect(isStaleAt(65)).toBe(true);
  });

  it('is stale, too, where an earlier writer was told last', () => {
    freshness.told(1, 7, 50);
    freshness.told(1, 5, 60);
    expect(isStaleAt(100)).toBe(true);
  });
});
