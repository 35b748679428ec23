import type { Metric } from '../../metrics/metric.ts';
import { formatNumber, formatRounded, formatValue, plural } from '../../model/numbers.ts';
import type { ComparedMetric, Comparison } from '../../record/run-record.ts';
import type { Interval } from '../statistics/interval.ts';

type Sides = Pick<Comparison, 'a' | 'b' | 'smallest'>;
type Found = Pick<ComparedMetric, 'outcome' | 'moreRounds'>;

/** "1.18 to 1.24 times": two decimals tell 1.18 from 1.24, large ratios need none. */
function times(low: number, high: number): string {
  const [one, other] = [low, high].map((value) => (value < 10 ? value.toFixed(2) : formatNumber(value)));
  return one === other ? `${String(one)} times` : `${String(one)} to ${String(other)} times`;
}

function undecided({ moreRounds = 1 }: Found): string {
  return `cannot tell yet: run ${plural(moreRounds, 'more round')}`;
}

/** What an interval of B / A says, in words. */
export function ratioText(sides: Sides, metric: Metric, { low, high }: Interval, found: Found): string {
  const { a, b, smallest } = sides;
  switch (found.outcome) {
    case 'same':
      return low === 1 && high === 1 ? 'no difference' : `no difference larger than ${formatNumber(smallest * 100)}%`;
    case 'b-higher':
      return isTime(metric)
        ? `${b.name} is ${times(low, high)} slower`
        : `${b.name} has ${times(low, high)} the ${metric.title} of ${a.name}`;
    case 'b-lower':
      return isTime(metric)
        ? `${b.name} is ${times(1 / high, 1 / low)} faster`
        : `${b.name} has ${times(low, high)} the ${metric.title} of ${a.name}`;
    case 'unresolved':
    case 'not-measured':
      return undecided(found);
  }
}

/** Whether it is how long something takes: the time of a processor is a cost. */
function isTime({ unit, better, byService }: Metric): boolean {
  return unit === 'ms' && better === 'lower' && byService !== true;
}

/** What an interval of B − A says, in words. */
export function differenceText(sides: Sides, metric: Metric, { low, high }: Interval, found: Found): string {
  const isShare = metric.unit === 'ratio';
  const amount = (value: number): string => (isShare ? formatRounded(value * 100, 2) : formatValue(value, metric.unit));
  const noun = isShare ? ` percentage points` : '';
  const between = (from: number, to: number): string =>
    amount(from) === amount(to) ? `${amount(from)}${noun}` : `${amount(from)} to ${amount(to)}${noun}`;
  switch (found.outcome) {
    case 'same':
      return low === 0 && high === 0 ? 'no difference' : 'no difference that matters';
    case 'b-higher':
      return `${sides.b.name} has ${between(low, high)} more ${metric.title}`;
    case 'b-lower':
      return `${sides.b.name} has ${between(-high, -low)} ${metric.unit === 'count' ? 'fewer' : 'less'} ${metric.title}`;
    case 'unresolved':
    case 'not-measured':
      return undecided(found);
  }
}
