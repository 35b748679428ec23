/** Numbers from 0 to 1 that are the same each time for the same seed (mulberry32). */
export function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers on [0, 1) that look random, and are the same ones for the same seed. */
export interface Random {
  next(): number;
}

/** The generator sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32 so that near seeds give unlike streams. */
export function seededRandom(seed: number): Random {
  const word = splitmix32(seed);
  let a = word();
  let b = word();
  let c = word();
  let counter = 1;

  function nextWord(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
  // The author lets the state mix for a while before its first number is used.
  for (let round = 0; round < 15; round++) nextWord();

  return {
    // 53 bits, all that a double holds: with 32, the rare keys of a large zipf space could never be drawn.
    next: () => ((nextWord() >>> 5) * 0x4000000 + (nextWord() >>> 6)) / 0x20000000000000,
  };
}

function splitmix32(seed: number): () => number {
  // Seeds above 32 bits fold their upper part in instead of losing it.
  let state = (seed ^ Math.floor(seed / 0x100000000)) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  };
}

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
