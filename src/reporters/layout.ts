import { answerOf } from '../analysis/answer.ts';
import { rowsOf, type Row } from '../analysis/summary.ts';
import { formatBytes, formatDuration, plural } from '../model/numbers.ts';
import type { RunRecord, ScenarioRecord, Verdict } from '../record/run-record.ts';
import { barChart, type BarChart } from './bar-chart.ts';
import { failuresOf, type ToldFailure } from './lines/failures.ts';
import { findingLines, firstFindingLines, type FindingLine } from './lines/finding-lines.ts';
import { eventLines, noteLines } from './lines/remarks.ts';
import { statusLines } from './lines/status-lines.ts';
import { statusText } from './lines/status-text.ts';
import { anatomyTable } from './tables/anatomy-table.ts';
import { besideTable } from './tables/beside-table.ts';
import { drawComparisons, type DrawnComparison } from './tables/comparison-table.ts';
import { evidenceTable } from './tables/evidence-table.ts';
import { requestTable } from './tables/request-table.ts';
import { coresTable, resourceTable } from './tables/resource-tables.ts';
import { scalingLine, scalingTable } from './tables/scaling-table.ts';
import { searchLines, searchTable } from './tables/search-table.ts';
import { slowestTable } from './tables/slowest-table.ts';
import type { Table } from './tables/table.ts';
import { isOpen, timingTable } from './tables/timing-table.ts';

/** What is said about one scenario. */
export interface Section {
  readonly title: string;
  readonly question: string;
  /** What leads and by how much, and how many claims hold; may be empty. */
  readonly answer: string;
  readonly prediction: string | undefined;
  /** Load, requests, data: name and text. */
  readonly facts: readonly (readonly [string, string])[];
  /** The rows side by side in what people ask for first, for who would rather look than read. */
  readonly bars: BarChart | undefined;
  /** Label columns, then one a client-side metric. */
  readonly timings: Table;
  /** Label columns, then how RPS grew with the replicas, one a metric that the scenario is about, and bars; may be empty. */
  readonly evidence: Table;
  /** The answers by status. */
  readonly statuses: readonly string[];
  /** What became of each request of the workload; no rows where there is only one. */
  readonly requests: Table;
  /** What happened at which second, a line a row; none where nothing did. */
  readonly events: readonly string[];
  /** How the time of a request divides; no rows where the servers did not tell. */
  readonly anatomy: Table;
  /** What services beside what is tested were asked and used; no rows where there are none. */
  readonly beside: Table;
  /** The cores that services used where they have limits, a line a row. */
  readonly cores: Table;
  /** What each service used, in cores and memory; no rows where the platform could not tell. */
  readonly resources: Table;
  /** The slowest requests. */
  readonly slowest: Table;
  /** Why the numbers are what they are, and what to do next. */
  readonly findings: readonly FindingLine[];
  /** Those of them that would change most, for where there is not room for all. */
  readonly firstFindings: ReturnType<typeof firstFindingLines>;
  /** The reasons to read them with care. */
  readonly notes: readonly string[];
  /** The highest rates that keep an objective; no rows where none was looked for. */
  readonly searches: Table;
  readonly searchLines: readonly string[];
  /** How RPS grows with replicas or connections, a table each curve. */
  readonly scaling: readonly Table[];
  /** The law through each curve in words, or why there is none. */
  readonly scalingLines: readonly string[];
  /** What two sides are to each other: a table each, and its outcomes in words. */
  readonly comparisons: readonly DrawnComparison[];
  /** The reasons to read those with care. */
  readonly comparisonNotes: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** A run, laid out once: each output format is a dialect of a few lines. */
export interface Layout {
  readonly title: string;
  /** What was run and on what: name and text. */
  readonly facts: readonly (readonly [string, string])[];
  /** Why the run is not whole, if it is not. */
  readonly warning: string | undefined;
  /** What was started and did not come up, or has died. */
  readonly failures: readonly ToldFailure[];
  readonly sections: readonly Section[];
  readonly conclusion: string;
}

function loadOf({ load, rounds, workers }: ScenarioRecord): string {
  return [load, ...(workers > 1 ? [plural(workers, 'worker')] : []), ...(rounds > 1 ? [`${rounds} rounds`] : [])].join(
    ', ',
  );
}

function scenarioFacts(scenario: ScenarioRecord, rows: readonly Row[]): readonly (readonly [string, string])[] {
  const settings = scenario.variants.map((variant) => `${variant.name}: ${variant.settings}`);
  const meaning = 'response time, from the moment when a request was due; "service" is p99 from when it was sent';
  return [
    ['load', loadOf(scenario)],
    ...(isOpen(rows) ? [['latency', meaning] as const] : []),
    ['requests', scenario.workload.join('; ')],
    ['data', scenario.data],
    ['settings', settings.join('; ')],
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
  const [requests, anatomy, beside] = [requestTable(rows), anatomyTable(rows), besideTable(rows)];
  const comparisons = (record.comparisons ?? []).filter((comparison) => comparison.scenario === scenario.name);
  const verdicts = record.verdicts.filter((verdict) => verdict.scenario === scenario.name);
  const scaling = (record.scaling ?? []).filter((curve) => curve.scenario === scenario.name);
  return {
    title: scenario.name,
    question: scenario.question,
    answer: answerOf(rows, verdicts, scaling),
    prediction: scenario.prediction,
    facts: scenarioFacts(scenario, rows),
    bars: barChart(rows),
    timings,
    evidence,
    statuses: statusLines(rows),
    requests,
    events: eventLines(rows),
    anatomy,
    beside,
    cores: coresTable(rows),
    resources: resourceTable(rows),
    slowest: slowestTable(rows),
    findings: findingLines(rows),
    firstFindings: firstFindingLines(rows),
    notes: noteLines(scenario, rows, [timings, evidence, requests, anatomy, beside]),
    searches: searchTable(rows),
    searchLines: searchLines(rows),
    scaling: scaling.map(scalingTable),
    scalingLines: scaling.map(scalingLine),
    comparisons: drawComparisons(comparisons),
    comparisonNotes: [...new Set(comparisons.flatMap(({ caveats }) => caveats))],
    verdicts,
  };
}

function runFacts(record: RunRecord): readonly (readonly [string, string])[] {
  const { machine } = record;
  const versions = Object.entries(record.versions).map(([name, version]) => `${name} ${version}`);
  // A platform that tells its own version is named by that.
  const platform = record.platform in record.versions ? [] : [record.platform];
  return [
    ['machine', `${machine.cpu}, ${plural(machine.cores, 'core')}, ${formatBytes(machine.memoryBytes)}, ${machine.os}`],
    ['platform', [...platform, ...versions, `node ${machine.node.replace(/^v/, '')}`].join(', ')],
    ...(record.cores === undefined ? [] : [['cores', record.cores] as const]),
    ...(record.tried ?? []).flatMap(({ note }) => (note === undefined ? [] : [['target', note] as const])),
    ['time', `${formatDuration(record.wallMs)}, of which under load ${formatDuration(record.loadMs)}`],
    ['again', record.command],
  ];
}

/** How many claims held. */
export function conclusionText(record: RunRecord): string {
  if (record.status !== 'complete') return 'No verdict.';
  if (record.verdicts.length === 0) {
    return record.comparisons === undefined ? 'There was nothing to judge.' : 'Compared; there was nothing to judge.';
  }
  const count = (outcome: Verdict['outcome']): number =>
    record.verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const parts = (['passed', 'failed', 'inconclusive'] as const).map((outcome) => `${count(outcome)} ${outcome}`);
  return parts.join(', ');
}

/** Lays a run out. Scenarios of which nothing was measured, nor judged, are left away. */
export function layoutOf(record: RunRecord): Layout {
  const told = [...record.trials, ...record.verdicts];
  const measured = record.scenarios.filter(({ name }) => told.some(({ scenario }) => scenario === name));
  return {
    title: `scale-lab run ${record.id}`,
    facts: runFacts(record),
    warning: statusText(record),
    failures: failuresOf(record),
    sections: measured.map((scenario) => section(scenario, record)),
    conclusion: conclusionText(record),
  };
}
