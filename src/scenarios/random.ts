/** A whole number from 0 to 2^32 - 1 that depends on all parts and on nothing else (FNV-1a, then mixed). */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(parts.join('\0'))) hash = Math.imul(hash ^ byte, 0x01000193);
  return mixed(hash);
}

/** The items in an order that depends on the seed and on nothing else. */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const keyed = items.map((item, index) => ({ item, key: seedOf(seed, index) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

/** The finalizer of MurmurHash3: every bit of the input moves every bit of the output. */
function mixed(input: number): number {
  let hash = input;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
