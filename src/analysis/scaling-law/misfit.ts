import { lawAt, type Sample } from './law.ts';

/** The rounds at each count, by their logarithms: all that a misfit depends on. */
export interface Logs {
  readonly rounds: number;
  readonly points: readonly { readonly count: number; readonly rounds: number; readonly mean: number }[];
  /** Squares that no curve explains: rounds at one count differ from each other. */
  readonly within: number;
}

/** How far the law is from the samples for given contention and coherency, with what one gives chosen best. */
export interface Misfit {
  /** The logarithm of what one gives. */
  readonly logOne: number;
  readonly squares: number;
}

/** The most that contention and coherency can be. */
export const limits = { contention: 1, coherency: 1 } as const;

/** Golden section: each step keeps this share. */
const golden = (Math.sqrt(5) - 1) / 2;
const sectionSteps = 40;

/** What disturbs RPS does so by a share of it: by logarithms each count weighs the same. */
export function logsOf(samples: readonly Sample[]): Logs {
  const counts = [...new Set(samples.map(({ count }) => count))];
  const groups = counts.map((count) => {
    const logs = samples.filter((sample) => sample.count === count).map(({ rps }) => Math.log(rps));
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    return { count, rounds: logs.length, mean, squares: logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) };
  });
  return { rounds: samples.length, points: groups, within: groups.reduce((sum, { squares }) => sum + squares, 0) };
}

/** How far the law with that contention and coherency is from the samples. */
export function misfit({ rounds, points, within }: Logs, contention: number, coherency: number): Misfit {
  let sum = 0;
  let squares = 0;
  for (const { count, rounds: weight, mean } of points) {
    const rest = mean - Math.log(lawAt({ perOne: 1, contention, coherency }, count));
    sum += weight * rest;
    squares += weight * rest ** 2;
  }
  const logOne = sum / rounds;
  return { logOne, squares: within + squares - rounds * logOne ** 2 };
}

/** Where between two places a function with one valley is lowest. */
export function valley(of: (at: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [ofLeft, ofRight] = [of(left), of(right)];
  for (let step = 0; step < sectionSteps; step++) {
    if (ofLeft <= ofRight) {
      [high, right, ofRight] = [right, left, ofLeft];
      left = high - golden * (high - low);
      ofLeft = of(left);
    } else {
      [low, left, ofLeft] = [left, right, ofRight];
      right = low + golden * (high - low);
      ofRight = of(right);
    }
  }
  const middle = (low + high) / 2;
  return [from, to].reduce((best, end) => (of(end) < of(best) ? end : best), middle);
}

/** The contention that fits best with a coherency. */
export function contentionFor(logs: Logs, coherency: number): number {
  return valley((contention) => misfit(logs, contention, coherency).squares, 0, limits.contention);
}

/** The coherency that fits best with a contention; sought by its root, as small steps matter where it is small. */
export function coherencyFor(logs: Logs, contention: number): number {
  return valley((root) => misfit(logs, contention, root ** 2).squares, 0, Math.sqrt(limits.coherency)) ** 2;
}
