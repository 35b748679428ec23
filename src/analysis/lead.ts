import type { Metric } from '../metrics/metric.ts';
import { plural } from '../model/numbers.ts';
import { leastDifferences, signedRankInterval } from './statistics/signed-rank.ts';
import { studentQuantile } from './statistics/student.ts';
import type { Row } from './summary.ts';

/** Of one round nobody knows how much it would differ from the next: so many times as good is no accident, mostly. */
const leastTimesOfOneRound = 1.5;
const confidence = 0.95;

/** Who refuses requests quickly has not won, and neither has who is in doubt. */
function isRival(row: Row, metric: string): boolean {
  const isWhole = row.trials.every(({ measurement }) => measurement.failed === 0);
  return isWhole && !row.caveats.some(({ doubts }) => doubts.includes(metric)) && row.values[metric] !== undefined;
}

/** The name of a row in a sentence about those rows: with its replicas only where they differ. */
export function named({ variant, replicas }: Row, rows: readonly Row[]): string {
  const counts = new Set(rows.map((row) => row.replicas));
  return counts.size === 1 ? variant : `${variant} with ${plural(replicas, 'replica')}`;
}

/** The rows that can be compared in a metric, the best first. */
export function rivalsIn(rows: readonly Row[], metric: Metric): readonly Row[] {
  const sign = metric.better === 'higher' ? -1 : 1;
  return rows
    .filter((row) => isRival(row, metric.name))
    .sort((one, other) => sign * (medianOf(one, metric) - medianOf(other, metric)));
}

/** The median of a metric over the rounds. */
export function medianOf(row: Row, { name }: Metric): number {
  return row.values[name]?.median ?? NaN;
}

/** The rounds that two rows have both, as the value of each. */
export function pairsOf(one: Row, other: Row, { name }: Metric): readonly (readonly [number, number])[] {
  return one.trials.flatMap(({ round, metrics: { [name]: value } }) => {
    const partner = other.trials.find((trial) => trial.round === round)?.metrics[name];
    return value === undefined || partner === undefined ? [] : [[value, partner] as const];
  });
}

/**
 * Whether a row is better than another. With several rounds: where the interval of the ratio of the two, round by round, leaves 1
 * out, at 95%. With one round: where it is at least 1.5 times as good.
 */
export function isAhead(one: Row, other: Row, metric: Metric): boolean {
  const pairs = pairsOf(one, other, metric);
  const [first] = pairs;
  if (!first) return false;
  const sign = metric.better === 'higher' ? 1 : -1;
  const isPositive = pairs.every(([a, b]) => a > 0 && b > 0);
  if (pairs.length === 1) {
    const [more, less] = sign > 0 ? first : ([first[1], first[0]] as const);
    return more > 0 && more >= leastTimesOfOneRound * less;
  }
  // Where there is nothing to divide by, the difference is looked at.
  return lowerEnd(pairs.map(([a, b]) => sign * (isPositive ? Math.log(a / b) : a - b))) > 0;
}

/** The lower end of the interval of the centre: exact from six rounds on, before that by Student's t. */
function lowerEnd(differences: readonly number[]): number {
  const count = differences.length;
  if (count >= leastDifferences(confidence)) return signedRankInterval(differences, confidence).low;
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / count;
  const squares = differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0);
  return mean - studentQuantile(confidence, count - 1) * Math.sqrt(squares / (count - 1) / count);
}
