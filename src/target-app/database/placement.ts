import type { Settings } from '../settings.ts';

/** The rules by which users are divided among shards. */
export type Sharding = Exclude<Settings['SHARDING'], 'none'>;

/** Which shard has a user and all that is theirs: from 0, in the order of the shards. */
export type Placement = (userId: number) => number;

/** Makes the placement of users among that many shards. */
export function placementBy(rule: Sharding, shards: number): Placement {
  return rule === 'modulo' ? modulo(shards) : consistentHashing(shards);
}

/** As even as it gets; but with one shard more, most users have another remainder. */
function modulo(shards: number): Placement {
  return (userId) => userId % shards;
}

/** The more, the more alike are the shares of the shards: with so many they differ by a few per cent. */
const POINTS_PER_SHARD = 512;

/** Where the points of shards begin, among the numbers that are spread over the ring: ids of users are lower. */
const FIRST_POINT = 2 ** 31;

interface Point {
  readonly at: number;
  readonly shard: number;
}

/**
 * A ring of all numbers of 32 bits, with points of each shard all over it. A user is on it as well, and belongs to the shard of
 * the next point. A further shard takes what lies right before its own points, and nobody else moves.
 */
function consistentHashing(shards: number): Placement {
  const ring = Array.from({ length: shards * POINTS_PER_SHARD }, (_, point): Point => {
    return { at: spread(FIRST_POINT + point), shard: Math.floor(point / POINTS_PER_SHARD) };
  }).toSorted((one, other) => one.at - other.at);
  return (userId) => {
    const next = firstFrom(ring, spread(userId)) ?? ring[0];
    return next?.shard ?? 0;
  };
}

/** The first point at that place or behind it; undefined behind the last one. */
function firstFrom(ring: readonly Point[], at: number): Point | undefined {
  let [low, high] = [0, ring.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ring[middle]?.at ?? at) < at) low = middle + 1;
    else high = middle;
  }
  return ring[low];
}

/** Numbers of 32 bits onto others, each onto one of its own, so that neighbours lie far apart: the end of MurmurHash3. */
function spread(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85_eb_ca_6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2_b2_ae_35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
