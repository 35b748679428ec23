import { rowsOf, type Row } from '../analysis/summary.ts';
import { formatBytes, formatDuration, plural } from '../numbers.ts';
import type { Caveat, RunRecord, ScenarioRecord, Verdict } from '../result.ts';
import { errorKinds, evidenceTable, failedOf, resourceTable, timingTable, type Table } from './tables.ts';

/** What is said about one scenario. */
export interface Section {
  readonly title: string;
  readonly question: string;
  readonly prediction: string | undefined;
  /** Load, requests, data: name and text. */
  readonly facts: readonly (readonly [string, string])[];
  /** Label columns, then one a client-side metric. */
  readonly timings: Table;
  /** Label columns, then how RPS grew with the replicas, then one a counted metric that the scenario is about; may be empty. */
  readonly evidence: Table;
  /** What each service used, in cores and memory; no rows where the platform could not tell. */
  readonly resources: Table;
  readonly notes: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** A run, laid out once: each output format is a dialect of a few lines. */
export interface Layout {
  readonly title: string;
  /** What was run and on what: name and text. */
  readonly facts: readonly (readonly [string, string])[];
  /** Why the run is not whole, if it is not. */
  readonly warning: string | undefined;
  readonly sections: readonly Section[];
  readonly conclusion: string;
}

function notesOf(scenario: ScenarioRecord, rows: readonly Row[], tables: readonly Table[]): readonly string[] {
  const about = (row: Row, text: string): string => `${row.variant} ×${row.replicas}: ${text}`;
  const errors = rows.filter((row) => failedOf(row) > 0).map((row) => about(row, `errors: ${errorKinds(row)}`));
  const told = ({ kind, doubts }: Caveat): boolean => kind !== 'too-few-samples' || doubts.includes('p99');
  const caveats = rows.flatMap((row) => row.caveats.filter(told).map((caveat) => about(row, caveat.text)));
  const doubtful = tables.some((table) => table.rows.some((cells) => cells.some(({ text }) => text.startsWith('~'))));
  const { length: leftOut } = scenario.leftOut;
  return [
    ...errors,
    ...new Set(caveats),
    ...(doubtful ? ['~ marks what too few answers, or a caveat, speak against'] : []),
    ...(leftOut === 0 ? [] : [`${plural(leftOut, 'claim')} not judged: not all that they compare was selected`]),
  ];
}

function section(scenario: ScenarioRecord, record: RunRecord): Section {
  const rows = rowsOf(
    record.trials,
    scenario.name,
    scenario.variants.map(({ name }) => name),
  );
  const timings = timingTable(rows, scenario.rounds);
  const evidence = evidenceTable(rows, scenario.evidence);
  return {
    title: scenario.name,
    question: scenario.question,
    prediction: scenario.prediction,
    facts: [
      ['load', scenario.rounds > 1 ? `${scenario.load}, ${scenario.rounds} rounds` : scenario.load],
      ['requests', scenario.workload.join('; ')],
      ['data', scenario.data],
      ['settings', scenario.variants.map(({ name, settings }) => `${name}: ${settings}`).join('; ')],
    ],
    timings,
    evidence,
    resources: resourceTable(rows),
    notes: notesOf(scenario, rows, [timings, evidence]),
    verdicts: record.verdicts.filter((verdict) => verdict.scenario === scenario.name),
  };
}

function runFacts(record: RunRecord): readonly (readonly [string, string])[] {
  const { machine } = record;
  const versions = Object.entries(record.versions).map(([name, version]) => `${name} ${version}`);
  return [
    ['machine', `${machine.cpu}, ${plural(machine.cores, 'core')}, ${formatBytes(machine.memoryBytes)}, ${machine.os}`],
    ['platform', [record.platform, ...versions, `node ${machine.node.replace(/^v/, '')}`].join(', ')],
    ...(record.cores === undefined ? [] : [['cores', record.cores] as const]),
    ['time', `${formatDuration(record.wallMs)}, of which under load ${formatDuration(record.loadMs)}`],
    ['again', record.command],
  ];
}

function warning(record: RunRecord): string | undefined {
  const done = `${record.trials.length} of ${record.plannedTrials} trials were measured`;
  switch (record.status) {
    case 'complete':
      return undefined;
    case 'interrupted':
      return `Interrupted: ${done}; there is no verdict.`;
    case 'broken off':
      return `Broken off: ${done}; there is no verdict. ${record.problem ?? ''}`.trim();
    case 'running':
      return `Still running, or killed: ${done} so far.`;
  }
}

function conclusion(record: RunRecord): string {
  if (record.status !== 'complete') return 'No verdict.';
  if (record.verdicts.length === 0) return 'There was nothing to judge.';
  const count = (outcome: Verdict['outcome']): number =>
    record.verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const parts = (['passed', 'failed', 'inconclusive'] as const).map((outcome) => `${count(outcome)} ${outcome}`);
  return parts.join(', ');
}

/** Lays a run out. Scenarios of which nothing was measured are left away. */
export function layoutOf(record: RunRecord): Layout {
  const measured = record.scenarios.filter(({ name }) => record.trials.some((trial) => trial.scenario === name));
  return {
    title: `scale-lab run ${record.id}`,
    facts: runFacts(record),
    warning: warning(record),
    sections: measured.map((scenario) => section(scenario, record)),
    conclusion: conclusion(record),
  };
}
