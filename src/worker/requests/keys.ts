import type { Random } from '../../model/random.ts';
import type { KeyDistribution } from '../../model/workload.ts';
import { zipf } from './zipf.ts';

/** Draws the next key of a distribution, a whole number. */
export type KeySource = () => number;

/** A source of keys; zipf's most frequent key is 1, then 2, and so on. */
export function keySource(distribution: KeyDistribution, random: Random): KeySource {
  switch (distribution.kind) {
    case 'uniform':
      return () => Math.floor(random.next() * distribution.of) + 1;
    case 'zipf':
      return zipf(distribution.exponent, distribution.of, random);
    case 'hot':
      return () => distribution.key;
  }
}
