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
