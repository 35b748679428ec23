import type { FuzzFault, Kind, Outcome } from './kind.ts';

/** How much is tried: a number of cases of all kinds together, or as many as fit some minutes; or one case alone. */
export interface FuzzOptions {
  readonly seed: number;
  readonly cases?: number | undefined;
  readonly minutes?: number | undefined;
  readonly case?: number | undefined;
}

/** What became of the cases of a kind. */
export interface Tally {
  readonly kind: string;
  cases: number;
  readonly outcomes: Record<Outcome, number>;
  readonly faults: FuzzFault[];
}

const usualCases = 1000;

/** Tries cases of all kinds, each in the share that it has; `onFault` is told of each that does not hold as soon as it is found. */
export async function fuzz(
  kinds: readonly Kind[],
  { seed, cases, minutes, case: only }: FuzzOptions,
  onFault: (fault: FuzzFault, kind: string) => void = () => undefined,
): Promise<readonly Tally[]> {
  const endMs = minutes === undefined ? Infinity : performance.now() + minutes * 60_000;
  const wanted = cases ?? (minutes === undefined ? usualCases : Infinity);
  const total = kinds.reduce((sum, { share }) => sum + share, 0);
  const tallies = kinds.map(({ name }): Tally => ({ kind: name, cases: 0, outcomes: {}, faults: [] }));
  const tryCase = async (kind: Kind, tally: Tally, number: number): Promise<void> => {
    const tried = await kind.try(seed, number);
    tally.cases++;
    if ('fault' in tried) {
      tally.faults.push(tried.fault);
      onFault(tried.fault, kind.name);
    } else tally.outcomes[tried.outcome] = (tally.outcomes[tried.outcome] ?? 0) + 1;
  };
  if (only !== undefined) {
    for (const [index, kind] of kinds.entries())
      for (const tally of tallies.slice(index, index + 1)) await tryCase(kind, tally, only);
    return tallies;
  }
  // The kind that is furthest behind its share is next.
  for (let done = 0; done < wanted && performance.now() < endMs; done++) {
    const behind = kinds.map(({ share }, index) => (share / total) * (done + 1) - (tallies[index]?.cases ?? 0));
    const index = behind.indexOf(Math.max(...behind));
    const [kind, tally] = [kinds[index], tallies[index]];
    if (kind !== undefined && tally !== undefined) await tryCase(kind, tally, tally.cases + 1);
  }
  return tallies;
}
