import { measuredSlices } from '../../metrics/timeline.ts';
import type { WorkerLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { Caveat } from '../../record/run-record.ts';
import { studentP } from '../statistics/student.ts';

/** With fewer, a line through them leaves too little to judge it by. */
const leastSeconds = 4;
/** How likely a trend must be by chance alone, at most, to be called one. */
const significant = 0.01;
/** From one end of the trend to the other, at least so many times: below it, seconds that resemble their neighbours can do it by chance. */
const leastTimes = 1.5;
/** The same, where every second led one way, whatever the curve. */
const leastTimesOneWay = 2;

const doubted = ['rps', 'mean', 'p50', 'p50.service', 'requests', 'responses'];

/**
 * A closed load whose rate went one way all through the measured time has no mean that would be the same another time: it had not
 * warmed up, or it gets slower and slower. A line is fitted through the logarithms of the rates of whole seconds, and its slope
 * tested by Student's t (Draper and Smith, "Applied Regression Analysis", 1.4); it has to be large as well, as rates of
 * neighbouring seconds are more alike than the test supposes. What warms up or chokes seldom follows a line: it changes fast at first,
 * and slower and slower. So rates that never turned back, and changed by twice or more, are such a trial whatever the test says.
 */
export function unsteadiness(measurement: Measurement, load: WorkerLoad, isSteadyMeant: boolean): Caveat[] {
  if (load.kind !== 'closed' || !isSteadyMeant) return [];
  const rates = measuredSlices(measurement)
    .filter(({ second }) => (second + 1) * 1000 <= measurement.durationMs)
    .map(({ requests }) => requests);
  const ends = slopeOf(rates) ?? oneWayOf(rates);
  if (ends === undefined) return [];
  const [from, to] = [ends.from, ends.to].map((rate) => formatNumber(Math.round(rate)));
  const way = ends.to > ends.from ? 'rose' : 'fell';
  const text = `the trial never became steady: RPS ${way} from about ${String(from)} to ${String(to)} within ${rates.length} s; warm it up for longer, or find out why`;
  return [{ kind: 'unsteady', text, doubts: doubted }];
}

/** Where rates began, and where they led. */
interface Ends {
  readonly from: number;
  readonly to: number;
}

/** The trend through rates, where it is one. */
function slopeOf(rates: readonly number[]): Ends | undefined {
  const trend = trendOf(rates);
  return trend === undefined || trend.p > significant || trend.times < leastTimes ? undefined : trend;
}

/** The ends of rates that went one way from second to second, and far. */
function oneWayOf(rates: readonly number[]): Ends | undefined {
  const [from, to] = [rates.at(0), rates.at(-1)];
  if (rates.length < leastSeconds || from === undefined || to === undefined) return undefined;
  const steps = rates.slice(1).map((rate, second) => rate - (rates[second] ?? 0));
  const isOneWay = steps.every((step) => step > 0) || steps.every((step) => step < 0);
  const isFar = Math.max(from, to) >= leastTimesOneWay * Math.min(from, to);
  // One in twelve does so by chance where there are four: of so few, the steps have to get smaller as well.
  const isSlowing = steps.every((step, at) => at === 0 || Math.abs(step) < Math.abs(steps[at - 1] ?? 0));
  return isOneWay && isFar && (isSlowing || rates.length > leastSeconds) ? { from, to } : undefined;
}

/** Where a trend leads. */
export interface Trend extends Ends {
  /** How many times the lower of both the higher is. */
  readonly times: number;
  /** How likely a slope as steep as this one is where there is none. */
  readonly p: number;
}

/** The exponential trend of rates, a second apart; undefined where there are too few of them, or none at all. */
export function trendOf(rates: readonly number[]): Trend | undefined {
  const count = rates.length;
  if (count < leastSeconds || rates.every((rate) => rate === 0)) return undefined;
  // Half an answer for none, as its logarithm would be infinite.
  const logs = rates.map((rate) => Math.log(Math.max(rate, 0.5)));
  const middle = (count - 1) / 2;
  const mean = logs.reduce((sum, log) => sum + log, 0) / count;
  const spread = logs.reduce((sum, _, second) => sum + (second - middle) ** 2, 0);
  const slope = logs.reduce((sum, log, second) => sum + (second - middle) * (log - mean), 0) / spread;
  const rest = logs.reduce((sum, log, second) => sum + (log - mean - slope * (second - middle)) ** 2, 0);
  const error = Math.sqrt(rest / (count - 2) / spread);
  const p = error === 0 ? Number(slope === 0) : studentP(slope / error, count - 2);
  return {
    from: Math.exp(mean - slope * middle),
    to: Math.exp(mean + slope * middle),
    times: Math.exp(Math.abs(slope) * 2 * middle),
    p,
  };
}
