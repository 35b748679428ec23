import type { Comparison, RunRecord, ScenarioRecord, TrialRecord } from '../result.ts';
import { machineMismatches, scenarioMismatches } from './baseline.ts';
import { compareTrials } from './comparison.ts';

const confidence = 0.95;

/** Tells the rows of the two runs apart. */
const marks = { a: 'A', b: 'B' } as const;

function marked(variant: string, side: keyof typeof marks): string {
  return `${variant} (${marks[side]})`;
}

function ofSide(trials: readonly TrialRecord[], scenario: string, side: keyof typeof marks): TrialRecord[] {
  return trials
    .filter((trial) => trial.scenario === scenario)
    .map((trial) => ({ ...trial, variant: marked(trial.variant, side) }));
}

/** What both runs have measured: a variant of a scenario at a replica count. */
function commonRows(a: RunRecord, b: RunRecord, scenario: string): readonly { variant: string; replicas: number }[] {
  const names = b.scenarios.find(({ name }) => name === scenario)?.variants ?? [];
  const counts = [...new Set(b.trials.map(({ replicas }) => replicas))].sort((one, other) => one - other);
  const has = ({ trials }: RunRecord, variant: string, replicas: number): boolean =>
    trials.some((it) => it.scenario === scenario && it.variant === variant && it.replicas === replicas);
  return names.flatMap(({ name: variant }) =>
    counts
      .filter((replicas) => has(a, variant, replicas) && has(b, variant, replicas))
      .map((replicas) => ({ variant, replicas })),
  );
}

/** Two saved runs were not taken side by side: what the machine did between them is in the difference as well. */
function caveatsOf(a: RunRecord, b: RunRecord, scenario: ScenarioRecord): string[] {
  const before = a.scenarios.find(({ name }) => name === scenario.name);
  const changed = before ? scenarioMismatches(before, scenario) : [];
  const unlike = [...machineMismatches(a, b), ...changed];
  return [
    ...(unlike.length === 0 ? [] : [`A and B were not measured alike: ${unlike.join('; ')}`]),
    'the runs were not taken side by side: what the machine did between them counts as a difference too',
  ];
}

function comparisonsOf(a: RunRecord, b: RunRecord, scenario: ScenarioRecord, smallest: number): readonly Comparison[] {
  const caveats = caveatsOf(a, b, scenario);
  return commonRows(a, b, scenario.name).map(({ variant, replicas }) => {
    const rowOf = ({ trials }: RunRecord): readonly TrialRecord[] =>
      trials.filter((it) => it.scenario === scenario.name && it.variant === variant && it.replicas === replicas);
    const settings = {
      scenario: scenario.name,
      replicas,
      a: { name: marks.a, variant, run: a.id },
      b: { name: marks.b, variant, run: b.id },
      paired: false,
      looks: 1,
      confidence,
      smallest,
    };
    const comparison = compareTrials(settings, rowOf(a), rowOf(b));
    return { ...comparison, caveats: [...caveats, ...comparison.caveats] };
  });
}

/**
 * Sets two saved runs against each other, in all that both of them have measured.
 * @param smallest differences below this share are called none
 * @returns a record that reporters can show: the trials of both under names that tell them apart, and the comparisons
 */
export function compareRuns(a: RunRecord, b: RunRecord, smallest: number): RunRecord {
  const scenarios = b.scenarios.filter(({ name }) => commonRows(a, b, name).length > 0);
  return {
    ...b,
    id: `${a.id} (A) and ${b.id} (B)`,
    command: `scale-lab compare ${a.id} ${b.id}`,
    wallMs: a.wallMs + b.wallMs,
    loadMs: a.loadMs + b.loadMs,
    status: 'complete',
    scenarios: scenarios.map((scenario) => ({
      ...scenario,
      variants: (['a', 'b'] as const).flatMap((side) =>
        scenario.variants.map(({ name, settings }) => ({ name: marked(name, side), settings })),
      ),
      leftOut: [],
    })),
    trials: scenarios.flatMap(({ name }) => [...ofSide(a.trials, name, 'a'), ...ofSide(b.trials, name, 'b')]),
    verdicts: [],
    comparisons: scenarios.flatMap((scenario) => comparisonsOf(a, b, scenario, smallest)),
    scaling: [],
  };
}
