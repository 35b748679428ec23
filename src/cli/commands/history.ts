import { Command } from 'commander';
import { exitCodes, UsageError, type ExitCode, type LabError } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';

const examples = `
A change is marked where the runs before and after it, all of the same
experiment and machine, differ by more than chance (E-divisive, p < 5%): that
takes 8 runs. With 4 and more, those that lie apart from the others are named.
What makes runs no measure for each other, such as another load or machine, is
marked as well, and a run that a busy machine has spoilt is left out.

Examples:
  scale-lab history
  scale-lab history cache-hit --html history.html
  scale-lab history --out ci-results`;

interface HistoryOptions {
  readonly out: string;
  readonly html?: string;
}

/** So many runs that cannot be read are told one by one. */
const mostTold = 3;

/** Why runs are left out, and what to do about it; empty where none is. */
function unreadText(unread: readonly LabError[]): string {
  const lines = unread
    .slice(0, mostTold)
    .flatMap(({ message, hint }) => [`left out: ${message}`, ...(hint === undefined ? [] : [`  hint: ${hint}`])]);
  const others = unread.length - mostTold;
  const rest = others > 0 ? [`left out: ${others} more that cannot be read`] : [];
  return [...lines, ...rest].map((line) => `${line}\n`).join('');
}

async function execute(scenario: string | undefined, options: HistoryOptions, io: Io): Promise<ExitCode> {
  const path = await import('node:path');
  const { readRuns } = await import('../../record/run-folder.ts');
  const { historyOf } = await import('../../analysis/comparison/history.ts');
  const { terminalHistory } = await import('../../reporters/history-table.ts');
  const { writeReport } = await import('../reports.ts');
  const { forStream, told } = await import('../../model/foreign-text.ts');
  const { runs: saved, unread } = await readRuns(path.resolve(io.folder, options.out));
  const runs = told(saved);
  io.err.write(unreadText(unread));
  const courses = historyOf(runs, scenario);
  if (courses.length === 0) {
    const measured = runs.flatMap(({ trials }) => trials.map((trial) => trial.scenario));
    const known = [...new Set(measured)].join(', ');
    throw new UsageError(
      scenario === undefined ? `There are no runs in ${options.out}.` : `No run of "${scenario}" is in ${options.out}.`,
      {
        hint: known === '' ? 'scale-lab run makes one; --out names another folder.' : `There are runs of: ${known}`,
      },
    );
  }
  if (options.html !== undefined) {
    const { htmlHistory } = await import('../../reporters/html/history.tsx');
    await writeReport(io, options.html, forStream(htmlHistory(courses)));
  }
  io.out.write(terminalHistory(courses, io.out), 'styles');
  return exitCodes.passed;
}

/** `scale-lab history`: how scenarios have done from run to run. */
export const historyCommand: CommandFactory = (io, finish) =>
  new Command('history')
    .description('show what saved runs have measured, run after run, with changes marked')
    .argument('[scenario]', 'only this one')
    .option('--out <folder>', 'where the runs are', 'results')
    .option('--html <file>', 'write a page with the trend as well')
    .addHelpText('after', examples)
    .action(async (scenario: string | undefined, options: HistoryOptions) =>
      finish(await execute(scenario, options, io)),
    );
