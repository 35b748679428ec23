const longestName = 64;

/** The candidate that was probably meant, if one is near enough to the name. */
export function didYouMean(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase().slice(0, longestName);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase().slice(0, longestName));
    if (distance < bestDistance && distance < candidate.length) [best, bestDistance] = [candidate, distance];
  }
  return best ?? onlyOneThatBegins(wanted, candidates);
}

/** The hint for a name that is not known: the one that was probably meant, and all there are. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const meant = didYouMean(name, candidates);
  const all = candidates.length === 0 ? 'There are none.' : `There are: ${candidates.join(', ')}`;
  return meant === undefined ? all.replace(/^T/, 't') : `did you mean "${meant}"? ${all}`;
}

function onlyOneThatBegins(name: string, candidates: readonly string[]): string | undefined {
  if (name.length < 3) return undefined;
  const longer = candidates.filter((candidate) => candidate.toLowerCase().startsWith(name));
  return longer.length === 1 ? longer[0] : undefined;
}

/** How many insertions, deletions, replacements and swaps of neighbours lead from one to the other (Damerau-Levenshtein). */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = at(previous, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swappable = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = swappable ? at(beforePrevious, column - 2) + 1 : Infinity;
      current.push(Math.min(at(previous, column) + 1, at(current, column - 1) + 1, replaced, swapped));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return at(previous, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
