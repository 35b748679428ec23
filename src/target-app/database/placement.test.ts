import { describe, expect, it } from 'vitest';

import { placementBy, type Sharding } from './placement.ts';

const USERS = 10_000;
const RULES: readonly Sharding[] = ['modulo', 'consistent-hashing'];

function placed(rule: Sharding, shards: number): readonly number[] {
  const placement = placementBy(rule, shards);
  return Array.from({ length: USERS }, (_, index) => placement(index + 1));
}

/** The share of the users that one shard more would have elsewhere. */
function moved(rule: Sharding, shards: number): number {
  const after = placed(rule, shards + 1);
  return placed(rule, shards).filter((shard, index) => shard !== after[index]).length / USERS;
}

describe.each(RULES)('the placement by %s', (rule) => {
  it('gives each of four shards about a quarter of the users, the same ones every time', () => {
    const shards = placed(rule, 4);
    expect(placed(rule, 4)).toEqual(shards);
    for (const shard of [0, 1, 2, 3]) {
      const share = shards.filter((each) => each === shard).length / USERS;
      expect(share).toBeGreaterThan(0.22);
      expect(share).toBeLessThan(0.28);
    }
  });

  it('gives all of them to the only one', () => {
    expect(new Set(placed(rule, 1))).toEqual(new Set([0]));
  });

  it('has a place for the greatest id', () => {
    expect([0, 1, 2]).toContain(placementBy(rule, 3)(2_147_483_647));
  });
});

describe('one shard more', () => {
  it('has four users of five elsewhere by the remainder', () => {
    expect(moved('modulo', 4)).toBe(0.8);
  });

  it('takes about its own share on the ring, and moves nobody from one old shard to another', () => {
    expect(moved('consistent-hashing', 4)).toBeGreaterThan(0.17);
    expect(moved('consistent-hashing', 4)).toBeLessThan(0.23);
    const [before, after] = [placed('consistent-hashing', 4), placed('consistent-hashing', 5)];
    const others = after.filter((shard, index) => shard !== before[index]);
    expect(new Set(others)).toEqual(new Set([4]));
  });
});
