import { randomBy } from '../../model/random.ts';

// Change points by E-divisive (Matteson and James, "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data",
// Journal of the American Statistical Association 109, 2014), as MongoDB finds changes of performance (Daly et al., "The Use of
// Change Point Detection to Identify Software Performance Regressions in a Continuous Integration System", ICPE 2020): a series is
// cut in two where the energy distance of the two parts is largest, if it is larger than in nearly all orders that chance could have
// brought; then each part again.

/** A change of a series. */
export interface ChangePoint {
  /** The place of the first value after it. */
  readonly at: number;
  /** The values on both sides, up to the changes next to it. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** How likely so large a distance is in a series without a change. */
  readonly p: number;
}

/** A part of fewer values is one that may be an outlier. */
const leastValues = 2;
const permutations = 999;

/** With fewer values no order of them is rarer than one in twenty: 2 of the 70 ways to lay 4 and 4. */
export const leastForChange = 8;

interface Cut {
  readonly at: number;
  readonly distance: number;
}

/** The cut with the largest energy distance between what lies before and after it, weighted by how many values these are. */
function bestCut(values: readonly number[]): Cut {
  const count = values.length;
  /** How far a value is from those that lie from one place on to another one. */
  const distances = (value: number, from: number, until: number): number =>
    values.reduce((sum, other, place) => (place >= from && place < until ? sum + Math.abs(value - other) : sum), 0);
  const total = values.reduce((sum, value, place) => sum + distances(value, 0, place), 0);
  let best: Cut = { at: 0, distance: -Infinity };
  // The sums of the distances of all pairs before the cut, and of all with one value on either side.
  let within = 0;
  let across = 0;
  for (const [place, value] of values.entries()) {
    const toEarlier = distances(value, 0, place);
    within += toEarlier;
    across += distances(value, place + 1, count) - toEarlier;
    const [before, after] = [place + 1, count - place - 1];
    if (before < leastValues || after < leastValues) continue;
    const energy =
      (2 * across) / (before * after) -
      within / ((before * (before - 1)) / 2) -
      (total - within - across) / ((after * (after - 1)) / 2);
    const distance = ((before * after) / count) * energy;
    if (distance > best.distance) best = { at: before, distance };
  }
  return best;
}

function shuffled(values: readonly number[], random: () => number): readonly number[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? NaN, order[last] ?? NaN];
  }
  return order;
}

/** How often the best cut of the same values in another order is as good; 1 as soon as that is more than the level. */
function chanceOf({ distance }: Cut, values: readonly number[], level: number): number {
  const random = randomBy(1);
  const all = permutations + 1;
  let asGood = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    if (bestCut(shuffled(values, random)).distance >= distance * (1 - 1e-9)) asGood++;
    if (asGood > level * all) return 1;
  }
  return asGood / all;
}

/** The changes of a series, in its order; none where it has fewer than {@link leastForChange} values. */
export function changePoints(values: readonly number[], level = 0.05): readonly ChangePoint[] {
  const cuts = new Map<number, number>();
  const search = (start: number, end: number): void => {
    const part = values.slice(start, end);
    if (part.length < leastForChange) return;
    const cut = bestCut(part);
    const p = chanceOf(cut, part, level);
    if (p > level) return;
    cuts.set(start + cut.at, p);
    search(start, start + cut.at);
    search(start + cut.at, end);
  };
  search(0, values.length);
  const places = [...cuts.keys()].sort((one, other) => one - other);
  return places.map((at, index) => ({
    at,
    before: values.slice(places[index - 1] ?? 0, at),
    after: values.slice(at, places[index + 1] ?? values.length),
    p: cuts.get(at) ?? 1,
  }));
}
