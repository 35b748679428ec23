import { findMetric } from '../metrics/catalogue.ts';
import type { Metric } from '../metrics/metric.ts';
import { formatDuration, formatNumber, formatQuantity, plural } from '../model/numbers.ts';
import type { Scaling } from '../record/run-record.ts';
import { isAhead, medianOf, named, rivalsIn } from './lead.ts';
import type { Row } from './summary.ts';

/** More that is less than this is no more: nobody adds clients for it. */
const leastMore = 1.1;

function metricNamed(name: string): Metric {
  const metric = findMetric(name);
  if (!metric) throw new Error(`there is no metric ${name}`);
  return metric;
}

const rps = metricNamed('rps');
const p50 = metricNamed('p50');
const p99 = metricNamed('p99');

/**
 * From how many connections on nobody gets more: the fewest of which none that are more have at least a tenth more RPS. Undefined
 * where variants do not differ in their connections alone, one of them cannot be compared, or one has more that may be by chance.
 */
export function kneeText(rows: readonly Row[], scaling: readonly Scaling[]): string | undefined {
  const curve = scaling.find(({ over }) => over === 'connections');
  const names = curve?.variant.split(', ') ?? [];
  const rivals = rivalsIn(rows, rps);
  const points = (curve?.points ?? []).flatMap(({ count }, index) => {
    const row = rivals.find(({ variant }) => variant === names[index]);
    return row ? [{ count, row, perSecond: medianOf(row, rps) }] : [];
  });
  const last = points.at(-1);
  if (!curve || !last || points.length < curve.points.length) return undefined;
  type Point = (typeof points)[number];
  const isMore = (more: Point, than: Point): boolean => more.perSecond >= leastMore * than.perSecond;
  const isProven = (more: Point, than: Point): boolean => isMore(more, than) && isAhead(more.row, than.row, rps);
  const after = (point: Point): readonly Point[] => points.slice(points.indexOf(point) + 1);
  const knee = points.find((point) => !after(point).some((later) => isProven(later, point))) ?? last;
  // Not proven to be faster is not the same as no faster.
  if (after(knee).some((later) => isMore(later, knee))) return undefined;
  const there = `${formatNumber(knee.perSecond)} RPS`;
  if (knee === last) return `It still gets faster at ${plural(last.count, 'connection')}, with ${there}.`;
  const rates = `${there} there, ${formatNumber(last.perSecond)} with ${last.count}`;
  return `From ${plural(knee.count, 'connection')} on it does not get faster: ${rates}${longerText(knee.row, last.row)}.`;
}

function longerText(one: Row, other: Row): string {
  const [from, to] = [medianOf(one, p50), medianOf(other, p50)];
  if (Number.isNaN(from) || Number.isNaN(to)) return '';
  return `, where p50 is ${formatQuantity(to, p50.unit)} instead of ${formatQuantity(from, p50.unit)}`;
}

/**
 * Open load: which is faster for those whom it answers, and what share of the requests that costs; or who fails requests and who
 * does not. Undefined where all fail none, or where nothing can be told.
 */
export function costText(rows: readonly Row[]): string | undefined {
  const isOpen = rows.every(({ trials }) => trials.every(({ measurement }) => measurement.open));
  const losses = rows.map((row) => ({ row, lost: row.values.error_rate?.median }));
  const known = losses.flatMap(({ row, lost }) => (lost === undefined ? [] : [{ row, lost }]));
  if (!isOpen || known.length < rows.length) return undefined;
  const [fewest, ...others] = known.sort((one, other) => one.lost - other.lost);
  if (!fewest) return undefined;
  const lossy = others.filter(({ lost }) => lost > fewest.lost);
  const isClear = ({ caveats }: Row): boolean => !caveats.some(({ doubts }) => doubts.includes('p99'));
  const fast = lossy.find(({ row }) => isClear(row) && isClear(fewest.row) && isAhead(row, fewest.row, p99));
  const kept = fewest.lost === 0 ? 'none' : formatQuantity(fewest.lost, 'ratio');
  const least = named(fewest.row, rows);
  if (fast) {
    const times = medianOf(fewest.row, p99) / medianOf(fast.row, p99);
    const better = `${named(fast.row, rows)} is better for those whom it answers: a p99 of ${formatQuantity(medianOf(fast.row, p99), 'ms')}, ${formatNumber(times)} times as fast as ${least}`;
    return `${better}. It costs ${formatQuantity(fast.lost, 'ratio')} of the requests, which fail; ${least} fails ${kept}.`;
  }
  if (lossy.length === 0) return undefined;
  const lost = lossy.map((one) => `${named(one.row, rows)} ${formatQuantity(one.lost, 'ratio')}`).join(', ');
  return `${least} fails ${fewest.lost === 0 ? 'no request' : `${kept} of the requests`}; ${lost}.`;
}

/** How long autoscaling took until there were replicas enough, and what was dropped; undefined where nothing was added. */
export function scaleOutText(rows: readonly Row[]): string | undefined {
  const row = rows.find(({ values }) => values.scale_out_time && values.replicas_most);
  const { scale_out_time: time, replicas_most: most, dropped } = row?.values ?? {};
  if (!row || !time || !most) return undefined;
  const cost = dropped === undefined ? '' : `; ${formatNumber(dropped.median)} requests were dropped`;
  const others = rows
    .filter((other) => other !== row)
    .flatMap(({ variant, values }) => {
      return values.dropped ? [`${formatNumber(values.dropped.median)} by ${variant}`] : [];
    });
  const beside = cost === '' || others.length === 0 ? '' : `, ${others.join(', ')}`;
  return `${row.variant} has ${plural(most.median, 'replica')} after ${formatDuration(time.median)}${cost}${beside}.`;
}
