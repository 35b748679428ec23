import { InvalidArgumentError, Option, type Command } from 'commander';
import { makeFolder, writeTo } from '../machine/folder.ts';
import { LabError, messageOf } from '../model/errors.ts';
import type { RunRecord } from '../record/run-record.ts';
import { openReporter } from '../reporters/index.ts';
import { ownMarks, reporterNames, type ReporterName } from '../reporters/reporter.ts';
import type { RunOutcome } from '../session/run-session.ts';
import { tellError } from './describe-error.ts';
import type { Io } from './io.ts';
import type { ProgressOptions } from './progress/progress.ts';

/** A report that is written to a file. */
export interface SaveRequest {
  readonly reporter: ReporterName;
  readonly file: string;
}

/** Which reports a command is asked for. */
export interface ReportOptions {
  readonly reporter: ReporterName;
  readonly save: readonly SaveRequest[];
}

function saveRequest(text: string, earlier: readonly SaveRequest[]): readonly SaveRequest[] {
  const [name = '', ...rest] = text.split('=');
  const reporter = reporterNames.find((known) => known === name);
  const file = rest.join('=');
  if (reporter === undefined || file === '') {
    throw new InvalidArgumentError(`Write <format>=<file>; formats are ${reporterNames.join(', ')}.`);
  }
  return [...earlier, { reporter, file }];
}

const saveHelp = 'write a report to a file as well (can be given again)';

/** Adds the options of every command that reports a run. */
export function addReportOptions(command: Command): Command {
  return command
    .addOption(new Option('--reporter <name>', 'what is printed at the end').choices(reporterNames).default('terminal'))
    .addOption(new Option('--save <format=file>', saveHelp).argParser(saveRequest).default([], 'none'));
}

/**
 * Prints a run, unless its events are printed as JSON, and writes the reports that are to be kept. Under GitHub Actions the reporter `github` adds its page to the
 * summary of the job.
 * @throws {LabError} where a file cannot be written
 */
export async function reportRecord(
  io: Io,
  record: RunRecord,
  { reporter, save, json }: ReportOptions & ProgressOptions,
): Promise<void> {
  if (!json) {
    // Nobody reads a page of HTML on a terminal, and a run must not have been for nothing.
    const isUnreadable = reporter === 'html' && io.out.isTerminal;
    const name = isUnreadable ? 'terminal' : reporter;
    const report = await openReporter(name);
    io.out.write(`${io.out.isTerminal ? '\n' : ''}${report(record, io.out)}`, ownMarks[name]);
    if (isUnreadable)
      io.err.write('An HTML report goes to a file: --save html=report.html, or `report <run> --open`.\n');
  }
  for (const { reporter: name, file } of save) {
    const text = (await openReporter(name))(record, { columns: 100, color: false });
    await writeReport(io, file, text);
  }
  const summary = io.environment.GITHUB_STEP_SUMMARY;
  if (reporter !== 'github' || summary === undefined || summary === '') return;
  const page = await openReporter('comment');
  const { appendFile } = await import('node:fs/promises');
  await written(summary, () => appendFile(summary, page(record, io.out)));
}

/**
 * Writes a report where the user wants it.
 * @throws {LabError} where it cannot be written
 */
export async function writeReport(io: Io, file: string, text: string): Promise<void> {
  const path = await import('node:path');
  const target = path.resolve(io.folder, file);
  await written(file, async () => {
    await makeFolder(path.dirname(target));
    await writeTo(target, text);
  });
}

async function written(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new LabError(`The report cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  }
}

/**
 * Reports a run that has ended, whichever way: what was measured is shown, and kept as a page beside the record. What broke the run
 * off is thrown after that; a report that failed as well is told of before.
 * @throws what broke the run off, or else what kept the first report from being written
 */
export async function reportRun(
  io: Io,
  { record, folder, error }: RunOutcome,
  options: ReportOptions & ProgressOptions,
): Promise<void> {
  const errors = error === undefined ? [] : [error];
  const attempt = async (report: () => Promise<void>): Promise<void> =>
    report().catch((failure: unknown) => {
      errors.push(failure instanceof Error ? failure : new Error(messageOf(failure)));
    });
  const isTold = record.trials.length > 0 || record.verdicts.length > 0;
  // A person is told by the error alone; a report that a machine reads says why there is nothing else in it.
  const isWanted = options.save.length > 0 || options.reporter !== 'terminal';
  if (isTold || isWanted) await attempt(async () => reportRecord(io, record, options));
  if (isTold || isWanted || record.failures !== undefined) {
    await attempt(async () => {
      const page = await openReporter('markdown');
      await folder.write('report.md', page(record, io.out));
    });
  }
  if (options.json) {
    const { writeResult } = await import('./progress/json-events.ts');
    writeResult(io.out, record, io.startedAtMs);
  }
  const [first, ...others] = errors;
  // A disk that is full says the same of every file.
  for (const other of others) if (other.message !== first?.message) tellError(io.err, other);
  if (first !== undefined) throw first;
}
