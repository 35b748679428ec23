import { findMetric } from '../../metrics/catalogue.ts';
import { formatNumber, formatPercent, plural } from '../../model/numbers.ts';
import type { RunRecord, ScenarioRecord } from '../../record/run-record.ts';
import { changePoints, leastForChange } from '../statistics/e-divisive.ts';
import { median, rowsOf, type Row } from '../summary.ts';
import { machineMismatches, scenarioMismatches } from './baseline.ts';

/** What a variant at a replica count was in one run, and what is to be said of it among the others. */
export interface Moment {
  readonly run: RunRecord;
  readonly row: Row;
  /** What has changed with it, what sets it apart, or why it is left out: sentences. */
  readonly changes: readonly string[];
}

/** A variant of a scenario at a replica count, run after run; the oldest first. */
export interface Course {
  readonly scenario: string;
  readonly variant: string;
  readonly replicas: number;
  readonly moments: readonly Moment[];
  /** What the runs are too few for; undefined where they are enough. */
  readonly note: string | undefined;
}

/** Smaller changes are called none. */
const smallest = 0.05;
/** What a trend is read from. */
const watched = ['rps', 'p50'] as const;
/** More doubted rounds than this share make a run one of a busy machine, as they do in a comparison. */
const mostDoubted = 0.2;
/** A run whose rounds lie so many times as far apart as those of the others, and by so much, is one too. */
const [unsteadyTimes, leastUnsteady] = [4, 0.1];
/** A value is apart from others where it lies so many of their spreads off; they are taken to spread by so much at least. */
const [apartSpreads, leastSpread] = [3, 0.025];
/** Of fewer others nobody knows how far they spread. */
const leastOthers = 3;

interface Place {
  readonly run: RunRecord;
  readonly scenario: ScenarioRecord;
  readonly row: Row;
}

/** Every row of every run; runs in the order in which they were begun. */
function placesOf(runs: readonly RunRecord[]): readonly Place[] {
  const inOrder = [...runs].sort((one, other) => one.startedAt.localeCompare(other.startedAt));
  return inOrder.flatMap((run) =>
    run.scenarios.flatMap((scenario) => {
      const names = scenario.variants.map(({ name }) => name);
      return rowsOf(run.trials, scenario.name, names).map((row) => ({ run, scenario, row }));
    }),
  );
}

/** What was another experiment than in the run before. */
function unlike(before: Place, now: Place): readonly string[] {
  const settings = (of: Place): string | undefined =>
    of.scenario.variants.find(({ name }) => name === of.row.variant)?.settings;
  return [
    ...machineMismatches(before.run, now.run),
    ...scenarioMismatches(before.scenario, now.scenario),
    ...(settings(before) === settings(now)
      ? []
      : [`the settings were ${settings(before) ?? '-'}, are ${settings(now) ?? '-'}`]),
    ...(before.run.labVersion === now.run.labVersion
      ? []
      : [`scale-lab was ${before.run.labVersion}, is ${now.run.labVersion}`]),
  ];
}

/** How far the rounds of a run lie apart in a metric: the median distance from their median, as a share. */
function spreadOf({ trials }: Row, metric: string): number {
  const logs = trials.flatMap(({ metrics }) => (metrics[metric] ? [Math.log(metrics[metric])] : []));
  return logs.length < 2 ? 0 : median(logs.map((log) => Math.abs(log - median(logs))));
}

/** Why a run says more of a busy machine than of what ran on it; undefined where nothing speaks for that. */
function doubtOf({ row }: Place, others: readonly Place[]): string | undefined {
  for (const metric of watched) {
    const doubted = row.trials.filter(({ caveats }) => caveats.some(({ doubts }) => doubts.includes(metric)));
    if (doubted.length > mostDoubted * row.trials.length) {
      const caveat = doubted.at(-1)?.caveats.find(({ doubts }) => doubts.includes(metric));
      return `left out: ${doubted.length} of ${plural(row.trials.length, 'round')} are in doubt: ${caveat?.text ?? ''}`;
    }
  }
  for (const metric of watched) {
    const spread = spreadOf(row, metric);
    const usual = median(others.map((other) => spreadOf(other.row, metric)));
    if (others.length >= leastOthers && spread > leastUnsteady && spread > unsteadyTimes * usual) {
      return `left out: its rounds lie ${formatPercent(spread)} apart in ${metric}, those of other runs ${formatPercent(usual)}: the machine was busy with something else`;
    }
  }
  return undefined;
}

/** `rps is 1.52 times what it was: 152 after 100`. */
function timesText(metric: string, now: number, before: number): string {
  const unit = findMetric(metric)?.unit === 'ms' ? ' ms' : '';
  return `${metric}: ${formatNumber(now / before)} times as before, ${formatNumber(now)}${unit} after ${formatNumber(before)}${unit}`;
}

/** What the runs of one experiment say of each other, by their place among them. */
function saidOf(places: readonly Place[]): ReadonlyMap<Place, readonly string[]> {
  const said = new Map<Place, string[]>();
  const say = (place: Place | undefined, text: string): void => {
    if (place !== undefined) said.set(place, [...(said.get(place) ?? []), text]);
  };
  const counted: Place[] = [];
  for (const place of places) {
    const doubt = doubtOf(
      place,
      places.filter((other) => other !== place),
    );
    if (doubt === undefined) counted.push(place);
    else say(place, doubt);
  }
  for (const metric of watched) {
    const told = counted.filter(({ row }) => (row.values[metric]?.median ?? 0) > 0);
    const values = told.map(({ row }) => Math.log(row.values[metric]?.median ?? NaN));
    const changes = changePoints(values).filter(
      ({ before, after }) => Math.abs(median(after) - median(before)) >= Math.log(1 + smallest),
    );
    for (const { at, before, after, p } of changes) {
      const text = timesText(metric, Math.exp(median(after)), Math.exp(median(before)));
      say(told[at], `${text}, in ${plural(after.length, 'run')} and ${before.length} (p = ${formatNumber(p)})`);
    }
    const ends = [0, ...changes.map(({ at }) => at), values.length];
    ends.slice(1).forEach((end, index) => {
      const start = ends[index] ?? 0;
      for (const { at, ratio } of apartIn(values.slice(start, end))) {
        const others = end - start - 1;
        say(told[start + at], `apart: ${metric} is ${formatNumber(ratio)} times that of ${others} other runs`);
      }
    });
  }
  return said;
}

/** The values that lie apart from the others, with what they are to their median. */
function apartIn(logs: readonly number[]): readonly { readonly at: number; readonly ratio: number }[] {
  if (logs.length <= leastOthers) return [];
  const middle = median(logs);
  // 1.4826: the standard deviation of normal values, by their median distance from the median.
  const spread = Math.max(leastSpread, 1.4826 * median(logs.map((log) => Math.abs(log - middle))));
  return logs.flatMap((log, at) =>
    Math.abs(log - middle) > apartSpreads * spread ? [{ at, ratio: Math.exp(log - middle) }] : [],
  );
}

/** Runs of the same experiment on the same kind of machine, one after the other; each stretch begins with what is unlike. */
function stretchesOf(places: readonly Place[]): readonly (readonly Place[])[] {
  const stretches: Place[][] = [];
  for (const [index, place] of places.entries()) {
    const before = places[index - 1];
    const stretch = stretches.at(-1);
    if (stretch === undefined || before === undefined || unlike(before, place).length > 0) stretches.push([place]);
    else stretch.push(place);
  }
  return stretches;
}

function courseOf(places: readonly Place[]): readonly Course[] {
  const [first] = places;
  if (!first) return [];
  const stretches = stretchesOf(places);
  const moments = stretches.flatMap((stretch, number) => {
    const said = saidOf(stretch);
    return stretch.map((place, index): Moment => {
      const before = index === 0 ? stretches[number - 1]?.at(-1) : undefined;
      const changes = [...(before === undefined ? [] : unlike(before, place)), ...(said.get(place) ?? [])];
      return { run: place.run, row: place.row, changes };
    });
  });
  const { scenario, variant, replicas } = first.row;
  const latest = stretches.at(-1) ?? [];
  // Those that a busy machine has spoilt tell nothing.
  const { length: counted } = latest.filter((place) => {
    const others = latest.filter((other) => other !== place);
    return doubtOf(place, others) === undefined;
  });
  const note =
    counted >= leastForChange
      ? undefined
      : `${plural(counted, 'run')} of the same experiment: from ${leastForChange} on a change can be told from how runs differ anyway`;
  return [{ scenario, variant, replicas, moments, note }];
}

/**
 * How what was measured has changed from run to run: a course each variant and replica count, with the changes that all of its runs
 * show, what makes runs no measure for each other, and those that a busy machine has spoilt. Runs of another scenario than the
 * one that is asked for are left out.
 */
export function historyOf(runs: readonly RunRecord[], scenario: string | undefined): readonly Course[] {
  const courses = new Map<string, Place[]>();
  for (const place of placesOf(runs)) {
    if (scenario !== undefined && place.scenario.name !== scenario) continue;
    const { row } = place;
    const key = JSON.stringify([row.scenario, row.variant, row.replicas]);
    courses.set(key, [...(courses.get(key) ?? []), place]);
  }
  return [...courses.values()].flatMap(courseOf);
}
