import type { Comparison, RunRecord, ScenarioRecord, TrialRecord } from '../../record/run-record.ts';
import { machineMismatches, scenarioMismatches } from './baseline.ts';
import { compareTrials } from './comparison.ts';

const confidence = 0.95;

/** Tells the rows of the runs apart: A is the first. */
function markOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function marked(variant: string, mark: string): string {
  return `${variant} (${mark})`;
}

function ofSide(trials: readonly TrialRecord[], scenario: string, mark: string): TrialRecord[] {
  return trials
    .filter((trial) => trial.scenario === scenario)
    .map((trial) => ({ ...trial, variant: marked(trial.variant, mark) }));
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
function caveatsOf(a: RunRecord, b: RunRecord, scenario: ScenarioRecord, mark: string): string[] {
  const before = a.scenarios.find(({ name }) => name === scenario.name);
  const changed = before ? scenarioMismatches(before, scenario) : [];
  const unlike = [...machineMismatches(a, b), ...changed];
  return [
    ...(unlike.length === 0 ? [] : [`A and ${mark} were not measured alike: ${unlike.join('; ')}`]),
    'the runs were not taken side by side: what the machine did between them counts as a difference too',
  ];
}

function comparisonsOf(
  a: RunRecord,
  { run: b, mark }: { readonly run: RunRecord; readonly mark: string },
  scenario: ScenarioRecord,
  smallest: number,
): readonly Comparison[] {
  const caveats = caveatsOf(a, b, scenario, mark);
  return commonRows(a, b, scenario.name).map(({ variant, replicas }) => {
    const rowOf = ({ trials }: RunRecord): readonly TrialRecord[] =>
      trials.filter((it) => it.scenario === scenario.name && it.variant === variant && it.replicas === replicas);
    const settings = {
      scenario: scenario.name,
      replicas,
      a: { name: markOf(0), variant, run: a.id },
      b: { name: mark, variant, run: b.id },
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
 * Sets saved runs against the first of them, in all that they have measured in common with it.
 * @param a the first; what the others are is told in relation to it
 * @param others at least one, and no more than the alphabet has letters
 * @param smallest differences below this share are called none
 * @returns a record that reporters can show: the trials of all under names that tell them apart, and the comparisons
 */
export function compareRuns(a: RunRecord, others: readonly RunRecord[], smallest: number): RunRecord {
  const runs = [a, ...others].map((run, index) => ({ run, mark: markOf(index) }));
  const last = runs.at(-1)?.run ?? a;
  const isShared = ({ name }: ScenarioRecord): boolean => others.some((b) => commonRows(a, b, name).length > 0);
  const scenarios = a.scenarios.filter(isShared);
  return {
    ...last,
    id: runs.map(({ run, mark }) => `${run.id} (${mark})`).join(' and '),
    command: `scale-lab compare ${runs.map(({ run }) => run.id).join(' ')}`,
    wallMs: runs.reduce((sum, { run }) => sum + run.wallMs, 0),
    loadMs: runs.reduce((sum, { run }) => sum + run.loadMs, 0),
    status: 'complete',
    scenarios: scenarios.map((scenario) => ({
      ...(last.scenarios.find(({ name }) => name === scenario.name) ?? scenario),
      variants: runs.flatMap(({ run, mark }) => {
        const own = run.scenarios.find(({ name }) => name === scenario.name)?.variants ?? [];
        return own.map(({ name, settings }) => ({ name: marked(name, mark), settings }));
      }),
      leftOut: [],
    })),
    trials: scenarios.flatMap(({ name }) => runs.flatMap(({ run, mark }) => ofSide(run.trials, name, mark))),
    verdicts: [],
    comparisons: scenarios.flatMap((scenario) =>
      runs.slice(1).flatMap((side) => {
        const own = side.run.scenarios.find(({ name }) => name === scenario.name);
        return own ? comparisonsOf(a, side, own, smallest) : [];
      }),
    ),
    scaling: [],
  };
}
