import { Chalk, type ChalkInstance } from 'chalk';
import { plural } from '../model/numbers.ts';
import type { RunRecord, Verdict } from '../record/run-record.ts';
import { drawBars } from './bar-chart.ts';
import { layoutOf, type Section } from './layout.ts';
import type { ToldFailure } from './lines/failures.ts';
import type { Screen } from './reporter.ts';
import { drawTable, drawTables, indent } from './terminal-table.ts';
import { labelled, wrap } from './wrapped-text.ts';

function drawVerdict({ outcome, expectation, reason }: Verdict, columns: number, chalk: ChalkInstance): string {
  const paints = { passed: chalk.green, failed: chalk.red, inconclusive: chalk.yellow };
  const symbols = { passed: '✓', failed: '✗', inconclusive: '?' };
  return labelled(`${symbols[outcome]} ${outcome}`, `${expectation}: ${reason}`, 14, columns, paints[outcome]);
}

/** The first of each variant; a command is copied, and so it is not broken. */
function drawFindings({ firstFindings: { lines, leftOut } }: Section, columns: number, chalk: ChalkInstance): string {
  const drawn = lines.flatMap(({ text, command }) => [
    labelled('→', text, 1, columns, chalk.cyan),
    ...(command === undefined ? [] : [`${indent}${indent}${chalk.cyan(command)}`]),
  ]);
  const more = `${plural(leftOut, 'more finding')} in report.md of the run’s folder`;
  return [...drawn, ...(leftOut === 0 ? [] : [labelled('→', more, 1, columns, chalk.dim)])].join('\n');
}

function drawSection(section: Section, columns: number, chalk: ChalkInstance): string {
  const facts =
    section.prediction === undefined ? section.facts : [['predicted', section.prediction] as const, ...section.facts];
  const parts = [
    [
      chalk.bold(section.title),
      ...wrap(section.question, columns - indent.length).map((line) => indent + line),
      ...wrap(section.answer, columns - indent.length).map((line) => indent + chalk.bold(line)),
    ].join('\n'),
    facts.map(([name, text]) => labelled(name, text, 9, columns, chalk.dim)).join('\n'),
    section.bars === undefined ? '' : drawBars(section.bars, columns, chalk),
    drawTables(section.timings, section.evidence, columns, chalk),
    drawTable(section.requests, columns, chalk),
    section.statuses
      .map((line, index) => labelled(index === 0 ? 'answers' : '', line, 9, columns, chalk.dim))
      .join('\n'),
    section.events.map((event) => labelled('@', event, 1, columns, chalk.dim)).join('\n'),
    drawTable(section.anatomy, columns, chalk),
    drawTable(section.beside, columns, chalk),
    drawTable(section.cores, columns, chalk),
    drawTable(section.searches, columns, chalk),
    section.searchLines.map((line) => labelled('→', line, 1, columns, chalk.cyan)).join('\n'),
    ...section.scaling.map((curve) => drawTable(curve, columns, chalk)),
    section.scalingLines.map((line) => labelled('→', line, 1, columns, chalk.cyan)).join('\n'),
    drawFindings(section, columns, chalk),
    section.notes.map((note) => labelled('!', note, 1, columns, chalk.yellow)).join('\n'),
    ...section.comparisons.flatMap(({ table, lines }) => [
      drawTable(table, columns, chalk),
      lines.map((line) => labelled('→', line, 1, columns, chalk.cyan)).join('\n'),
    ]),
    section.comparisonNotes.map((note) => labelled('!', note, 1, columns, chalk.yellow)).join('\n'),
    section.verdicts.map((verdict) => drawVerdict(verdict, columns, chalk)).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function drawFailure({ text, hint, log, place }: ToldFailure, columns: number, chalk: ChalkInstance): string {
  return [
    ...(text === undefined ? [] : wrap(text, columns).map((line) => chalk.red(line))),
    ...log.map((line) => `${indent}${line}`),
    ...(hint === undefined ? [] : [labelled('hint', hint, 4, columns, chalk.dim)]),
    ...(place === undefined ? [] : [labelled('log', place, 4, columns, chalk.dim)]),
  ].join('\n');
}

/** What a person reads at the end of a run. */
export function terminalReport(record: RunRecord, { columns, color }: Screen): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const { title, facts, warning, failures, sections, conclusion } = layoutOf(record);
  const parts = [
    [chalk.bold(title), ...facts.map(([name, text]) => labelled(name, text, 9, columns, chalk.dim))].join('\n'),
    ...(warning === undefined
      ? []
      : [
          wrap(warning, columns)
            .map((line) => chalk.yellow(line))
            .join('\n'),
        ]),
    ...failures.map((failure) => drawFailure(failure, columns, chalk)),
    ...sections.map((section) => drawSection(section, columns, chalk)),
    chalk.bold(conclusion),
  ];
  return `${parts.join('\n\n')}\n`;
}
