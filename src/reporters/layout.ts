import { thinPercentiles } from '../analysis/caveats.ts';
import { rowsOf, type Row } from '../analysis/summary.ts';
import { findMetric, type Metric } from '../metrics.ts';
import { formatBytes, formatDuration, formatNumber, formatValue, plural } from '../numbers.ts';
import type { RunRecord, ScenarioRecord, Verdict } from '../result.ts';

/** How a cell stands out: the best of its column, or a number that is not to be leaned on. */
export type Mark = 'best' | 'doubtful';

/** One cell of a table. */
export interface Cell {
  readonly text: string;
  readonly mark?: Mark;
}

/** A table that any reporter can draw; the first `labels` columns are text, the others numbers. */
export interface Table {
  readonly headings: readonly string[];
  readonly labels: number;
  readonly rows: readonly (readonly Cell[])[];
}

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

const timingColumns = ['rps', 'p50', 'p95', 'p99', 'p99.9', 'max'] as const;

function metricsNamed(names: readonly string[]): readonly Metric[] {
  return names.flatMap((name) => findMetric(name) ?? []);
}

function heading({ title, unit }: Metric): string {
  return unit === 'ms' ? `${title} ms` : title;
}

function isBest(row: Row, metric: Metric, rows: readonly Row[]): boolean {
  const value = row.values[metric.name]?.median;
  const all = rows.flatMap((other) => other.values[metric.name]?.median ?? []);
  if (value === undefined || all.length < 2 || new Set(all).size === 1) return false;
  return value === (metric.better === 'higher' ? Math.max(...all) : Math.min(...all));
}

function cell(row: Row, metric: Metric, rows: readonly Row[]): Cell {
  const spread = row.values[metric.name];
  if (!spread) return { text: '-' };
  const text = formatValue(spread.median, metric.unit);
  const fewest = Math.min(...row.trials.map((trial) => trial.measurement.requests));
  const doubted = row.caveats.some((caveat) => caveat.doubts.includes(metric.name));
  if (doubted || thinPercentiles(fewest).includes(metric.name)) return { text: `~${text}`, mark: 'doubtful' };
  return isBest(row, metric, rows) ? { text, mark: 'best' } : { text };
}

function failedOf(row: Row): number {
  return row.trials.reduce((sum, trial) => sum + trial.measurement.failed, 0);
}

function errorCell(row: Row): Cell {
  const failed = failedOf(row);
  return failed === 0 ? { text: '0' } : { text: formatNumber(failed), mark: 'doubtful' };
}

/** The kinds behind an errors cell: `1,200 status-5xx, 34 reset`. */
function errorKinds(row: Row): string {
  const kinds = new Map<string, number>();
  for (const { measurement } of row.trials) {
    for (const [kind, count] of Object.entries(measurement.errors)) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  const sorted = [...kinds].filter(([, count]) => count > 0).sort((one, other) => other[1] - one[1]);
  return sorted.map(([kind, count]) => `${formatNumber(count)} ${kind}`).join(', ');
}

/** How far the rounds lie apart, as a share of the median. */
function spreadCell(row: Row): Cell {
  const spread = row.values.rps;
  if (!spread) return { text: '-' };
  return { text: `±${formatValue((spread.max - spread.min) / 2 / spread.median, 'ratio')}` };
}

function labelCells(row: Row): readonly Cell[] {
  return [{ text: row.variant }, { text: String(row.replicas) }];
}

const labelHeadings = ['variant', 'N'] as const;

function timingTable(rows: readonly Row[], rounds: number): Table {
  const [rps, ...latencies] = metricsNamed(timingColumns);
  if (!rps) throw new Error('the catalogue lost rps');
  const several = rounds > 1;
  return {
    headings: [...labelHeadings, heading(rps), ...(several ? ['spread'] : []), ...latencies.map(heading), 'errors'],
    labels: 1,
    rows: rows.map((row) => [
      ...labelCells(row),
      cell(row, rps, rows),
      ...(several ? [spreadCell(row)] : []),
      ...latencies.map((metric) => cell(row, metric, rows)),
      errorCell(row),
    ]),
  };
}

/** RPS against the fewest replicas of the same variant, and how much of what they promise that is. */
function scalingCells(row: Row, rows: readonly Row[]): readonly Cell[] {
  const [fewest] = rows.filter(({ variant }) => variant === row.variant);
  const base = fewest?.values.rps?.median;
  const rps = row.values.rps?.median;
  if (!fewest || base === undefined || base === 0 || rps === undefined) return [{ text: '-' }, { text: '-' }];
  const speedUp = rps / base;
  const efficiency = speedUp / (row.replicas / fewest.replicas);
  return [{ text: `×${formatNumber(speedUp)}` }, { text: formatValue(efficiency, 'ratio') }];
}

function evidenceTable(rows: readonly Row[], names: readonly string[]): Table {
  const columns = metricsNamed(names);
  const scales = new Set(rows.map(({ replicas }) => replicas)).size > 1;
  const isEmpty = columns.length === 0 && !scales;
  return {
    headings: [...labelHeadings, ...(scales ? ['speed-up', 'efficiency'] : []), ...columns.map(heading)],
    labels: 1,
    rows: (isEmpty ? [] : rows).map((row) => [
      ...labelCells(row),
      ...(scales ? scalingCells(row, rows) : []),
      ...columns.map((metric) => cell(row, metric, rows)),
    ]),
  };
}

/** One line a row and service: cores used, share of the time at the CPU limit, memory at its peak. */
function resourceTable(rows: readonly Row[]): Table {
  const cells = rows.flatMap((row) => {
    const services = row.trials.at(-1)?.resources ?? [];
    return services.map(({ service, cpuRatio, cpuLimit, throttledRatio, memoryPeakBytes, memoryLimitBytes }) => [
      ...labelCells(row),
      { text: service },
      { text: formatNumber(cpuRatio) },
      { text: cpuLimit === undefined ? '-' : formatNumber(cpuLimit) },
      { text: formatValue(throttledRatio, 'ratio') },
      { text: formatBytes(memoryPeakBytes) },
      { text: memoryLimitBytes === undefined ? '-' : formatBytes(memoryLimitBytes) },
    ]);
  });
  return {
    headings: [...labelHeadings, 'service', 'CPU', 'limit', 'throttled', 'memory', 'limit'],
    labels: 1,
    rows: cells,
  };
}

function notesOf(scenario: ScenarioRecord, rows: readonly Row[], tables: readonly Table[]): readonly string[] {
  const about = (row: Row, text: string): string => `${row.variant} ×${row.replicas}: ${text}`;
  const errors = rows.filter((row) => failedOf(row) > 0).map((row) => about(row, `errors: ${errorKinds(row)}`));
  const caveats = rows.flatMap((row) => row.caveats.map((caveat) => about(row, caveat.text)));
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
