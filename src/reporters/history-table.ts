import { Chalk } from 'chalk';
import type { Course, Moment } from '../analysis/comparison/history.ts';
import { findMetric } from '../metrics/catalogue.ts';
import { formatValue } from '../model/numbers.ts';
import type { Verdict } from '../record/run-record.ts';
import type { Screen } from './reporter.ts';
import { nameOf, type Cell, type Table } from './tables/table.ts';
import { drawTable } from './terminal-table.ts';
import { labelled } from './wrapped-text.ts';

function valueCell({ row }: Moment, name: string): Cell {
  const metric = findMetric(name);
  const spread = row.values[name];
  return { text: metric && spread ? formatValue(spread.median, metric.unit) : '-' };
}

/** `3 of 4`: how many claims of the scenario held in that run. */
function claimsCell({ run, row }: Moment): Cell {
  const verdicts = run.verdicts.filter(({ scenario }) => scenario === row.scenario);
  const held = verdicts.filter(({ outcome }: Verdict) => outcome === 'passed').length;
  return { text: verdicts.length === 0 ? '-' : `${held} of ${verdicts.length}` };
}

/** `2026-11-27 06:18`, UTC. */
export function dateText(startedAt: string): string {
  return startedAt.slice(0, 16).replace('T', ' ');
}

/** A line a run; what changed is marked by the number of its note. */
export function historyTable({ moments, variant, replicas }: Course): Table {
  const changed = moments.filter(({ changes }) => changes.length > 0);
  return {
    title: `${variant} ×${replicas}`,
    headings: ['run', 'begun (UTC)', 'rounds', 'RPS', 'p50 ms', 'p99 ms', 'claims', ''],
    labels: 2,
    rows: moments.map((moment) => [
      { text: moment.run.id },
      { text: dateText(moment.run.startedAt) },
      { text: String(moment.row.trials.length) },
      ...['rps', 'p50', 'p99'].map((name) => valueCell(moment, name)),
      claimsCell(moment),
      { text: moment.changes.length === 0 ? '' : `#${changed.indexOf(moment) + 1}` },
    ]),
  };
}

/** What is said of single runs, a line a mark of the table, and what of all of them. */
export function changeLines({ moments, note }: Course): readonly string[] {
  const marked = moments.filter(({ changes }) => changes.length > 0);
  return [
    ...marked.map(({ changes }, index) => `#${index + 1} ${changes.join('; ')}`),
    ...(note === undefined ? [] : [note]),
  ];
}

/** The history of scenarios on the terminal; it ends with a newline. */
export function terminalHistory(courses: readonly Course[], { columns, color }: Screen): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const scenarios = [...new Set(courses.map(({ scenario }) => scenario))];
  const blocks = scenarios.flatMap((scenario) => [
    chalk.bold(scenario),
    ...courses
      .filter((course) => course.scenario === scenario)
      .flatMap((course) => [
        drawTable(historyTable(course), columns, chalk),
        changeLines(course)
          .map((line) => labelled('→', line, 1, columns, chalk.cyan))
          .join('\n'),
      ]),
  ]);
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The name of a course among those of its scenario. */
export function courseName({ moments }: Course): string {
  const [first] = moments;
  return first ? nameOf(first.row) : '';
}
