import type { WorkerLoad } from '../model/load-profile.ts';
import type { Measurement } from '../model/measurement.ts';
import { formatDuration } from '../model/numbers.ts';
import { arrivalsBetween } from '../model/rate-stages.ts';
import type { ActRecord, Caveat, TrialRecord } from '../record/run-record.ts';
import { measuredSlices } from '../metrics/timeline.ts';

/** Of the seconds before an act, at most so many say how it was, and at least so many have to be there. */
const before = { most: 10, least: 3 };
/** So many good seconds in a row, and it is as before. */
const backSeconds = 3;
/** p99 may be so many times what the worst second before had, or so much more, whichever is higher. */
const slower = { times: 1.5, byUs: 5000 };
/** The share of the rate before, as far as so much is offered, that a good second has at least. */
const leastRate = 0.5;
/** The share of what was sent in a second that is answered in it where nothing hangs, but for one request. */
const leastAnswered = 0.9;

const msPerSecond = 1000;

/** What clients saw of an act. */
export type Aftermath = Pick<ActRecord, 'metrics' | 'caveats'>;

/** The act as far as it matters here. */
type Began = Pick<ActRecord, 'name' | 'beganMs'>;

/**
 * How long it took until clients were served as before an act, and how many errors they had until then, second by second.
 *
 * How it was before is what the last ten whole seconds before the act say: the share of errors and the p99 of the worst of them, and
 * their mean rate. It is as before from the first of three seconds in a row that have no larger share of errors, a p99 of at most 1.5
 * times that or 5 ms more, half of the rate, and answers to what was sent in them. Where open load offers more or less in a second than it
 * did before, so much more or less is the rate that it is held against. Where that is not seen, the time is at least as long as it
 * took until the good seconds began with which the measured time ends, or the rest of it where it ends with none.
 */
export function aftermathOf(measurement: Measurement, { name, beganMs }: Began, load: WorkerLoad): Aftermath {
  const whole = measuredSlices(measurement).filter(
    ({ second }) => (second + 1) * msPerSecond <= measurement.durationMs,
  );
  const usual = whole.filter(({ second }) => (second + 1) * msPerSecond <= beganMs).slice(-before.most);
  if (usual.length < before.least) {
    const text = `${name} came after fewer than ${before.least} whole seconds: nobody knows how it was before`;
    return { metrics: {}, caveats: [{ kind: 'nothing-before', text, doubts: [...metricsOfActs] }] };
  }
  const first = Math.floor(beganMs / msPerSecond);
  const isGood = goodnessBy(usual, load);
  const good = new Set(whole.filter(isGood).map(({ second }) => second));
  const back = whole.find(({ second }) => second >= first && inARow(second).every((each) => good.has(each)))?.second;
  const errors = whole
    .filter(({ second }) => second >= first && second < (back ?? Infinity))
    .reduce((sum, slice) => sum + slice.errors, 0);
  if (back !== undefined) {
    return { metrics: { time_to_recover: Math.max(0, back * msPerSecond - beganMs), errors }, caveats: [] };
  }
  const lastBad = whole.findLast(({ second }) => second >= first && !good.has(second));
  const isGoodAtEnd = whole.length > 0 && lastBad?.second !== whole.at(-1)?.second;
  const goodFromMs = lastBad === undefined ? beganMs : (lastBad.second + 1) * msPerSecond;
  const leastMs = Math.max(0, (isGoodAtEnd ? goodFromMs : measurement.durationMs) - beganMs);
  const restMs = Math.max(0, measurement.durationMs - beganMs);
  const text = isGoodAtEnd
    ? `the measured time ended ${formatDuration(restMs)} after ${name}: fewer than ${backSeconds} seconds were seen in which clients were served as before`
    : `${formatDuration(restMs)} after ${name} the measured time ended, and clients were not served as before`;
  const caveat = { kind: 'not-recovered' as const, text, doubts: [...metricsOfActs], bounds: atLeast(metricsOfActs) };
  return { metrics: { time_to_recover: leastMs, errors }, caveats: [caveat] };
}

const metricsOfActs = ['time_to_recover', 'errors'] as const;

/** The same caveats as those of the whole trial, whose errors are all counted. */
export function recoveryCaveats(acts: readonly Pick<ActRecord, 'caveats'>[]): Caveat[] {
  return acts.flatMap(({ caveats }) =>
    caveats.map(({ bounds, ...caveat }) => ({
      ...caveat,
      doubts: ['time_to_recover'],
      ...(bounds && { bounds: atLeast(['time_to_recover']) }),
    })),
  );
}

/**
 * A trial as if that had been its only act: with the metrics of it alone, and the caveats of the trial and of this act.
 * @returns undefined where the trial has no act of that name
 */
export function trialOfAct(trial: TrialRecord, name: string): TrialRecord | undefined {
  const act = trial.acts?.find((candidate) => candidate.name === name);
  if (!act) return undefined;
  const ofActs: readonly Caveat['kind'][] = ['not-recovered', 'nothing-before'];
  const ofAll = trial.caveats.filter(({ kind }) => !ofActs.includes(kind));
  return { ...trial, metrics: act.metrics, caveats: [...act.caveats, ...ofAll] };
}

type Slice = Measurement['timeline'][number];

function errorShare({ requests, errors }: Slice): number {
  return errors === 0 ? 0 : errors / (requests + errors);
}

function goodnessBy(usual: readonly Slice[], load: WorkerLoad): (slice: Slice) => boolean {
  const errors = Math.max(...usual.map(errorShare));
  const p99Us = Math.max(...usual.map((slice) => slice.p99Us));
  const rate = usual.reduce((sum, { requests }) => sum + requests, 0) / usual.length;
  const offered = usual.reduce((sum, slice) => sum + offeredIn(slice, load), 0) / usual.length;
  const rateOf = (slice: Slice): number => (offered === 0 ? rate : (rate * offeredIn(slice, load)) / offered);
  const mostUs = Math.max(slower.times * p99Us, p99Us + slower.byUs);
  const isAnswered = ({ sent, requests, errors: failed }: Slice): boolean =>
    requests + failed >= leastAnswered * sent - 1;
  return (slice) =>
    errorShare(slice) <= errors &&
    slice.p99Us <= mostUs &&
    slice.requests >= leastRate * rateOf(slice) &&
    isAnswered(slice);
}

/** How many requests are due in a second of open load; of all other load the same in each, as clients ask whenever they are answered. */
function offeredIn({ second }: Slice, load: WorkerLoad): number {
  if (load.kind !== 'open') return 1;
  return arrivalsBetween(load.stages, second * msPerSecond, (second + 1) * msPerSecond);
}

function inARow(second: number): readonly number[] {
  return Array.from({ length: backSeconds }, (_, index) => second + index);
}

function atLeast(names: readonly string[]): NonNullable<Caveat['bounds']> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
