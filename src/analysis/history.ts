import type { RunRecord, ScenarioRecord } from '../result.ts';
import { machineMismatches, scenarioMismatches } from './baseline.ts';
import { compareTrials } from './comparison.ts';
import { rowsOf, type Row } from './summary.ts';

/** What a variant at a replica count was in one run, and what was different from the run before. */
export interface Moment {
  readonly run: RunRecord;
  readonly row: Row;
  /** What speaks against holding it against the run before, and what the numbers say where nothing does: sentences. */
  readonly changes: readonly string[];
}

/** A variant of a scenario at a replica count, run after run; the oldest first. */
export interface Course {
  readonly scenario: string;
  readonly variant: string;
  readonly replicas: number;
  readonly moments: readonly Moment[];
}

const confidence = 0.95;
const smallest = 0.05;
/** What a trend is read from. */
const watched: readonly string[] = ['rps', 'p50'];

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

/** What the rounds of two runs of the same experiment say: only what is more than chance. */
function differences(before: Place, now: Place): readonly string[] {
  const { metrics } = compareTrials(
    {
      scenario: now.scenario.name,
      replicas: now.row.replicas,
      a: { name: 'the run before', variant: now.row.variant, run: before.run.id },
      b: { name: 'it', variant: now.row.variant, run: now.run.id },
      paired: false,
      looks: 1,
      confidence,
      smallest,
      asked: [],
    },
    before.row.trials,
    now.row.trials,
  );
  return metrics
    .filter(({ metric, outcome }) => watched.includes(metric) && (outcome === 'b-higher' || outcome === 'b-lower'))
    .map(({ metric, text }) => `${metric}: ${text}`);
}

function changesOf(before: Place | undefined, now: Place): readonly string[] {
  if (before === undefined) return [];
  const reasons = unlike(before, now);
  return reasons.length > 0 ? reasons : differences(before, now);
}

/**
 * How what was measured has changed from run to run: a course each variant and replica count, with what is more than chance, or
 * what makes two runs no measure for each other. Runs of another scenario than the one that is asked for are left out.
 */
export function historyOf(runs: readonly RunRecord[], scenario: string | undefined): readonly Course[] {
  const courses = new Map<string, Place[]>();
  for (const place of placesOf(runs)) {
    if (scenario !== undefined && place.scenario.name !== scenario) continue;
    const { row } = place;
    const key = JSON.stringify([row.scenario, row.variant, row.replicas]);
    courses.set(key, [...(courses.get(key) ?? []), place]);
  }
  return [...courses.values()].flatMap((places) => {
    const [first] = places;
    if (!first) return [];
    const { scenario: name, variant, replicas } = first.row;
    const moments = places.map((place, index) => ({
      run: place.run,
      row: place.row,
      changes: changesOf(places[index - 1], place),
    }));
    return [{ scenario: name, variant, replicas, moments }];
  });
}
