import { Command } from 'commander';
import { exitCodes, UsageError, type ExitCode } from '../../errors.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';

const examples = `
Each run is held against the one before it: what is more than chance is marked,
and so is what makes two runs no measure for each other, such as another load or
machine. Chance can be told where both have at least 4 rounds.

Examples:
  scale-lab history
  scale-lab history cache-hit --html history.html
  scale-lab history --out ci-results`;

interface HistoryOptions {
  readonly out: string;
  readonly html?: string;
}

async function execute(scenario: string | undefined, options: HistoryOptions, io: Io): Promise<ExitCode> {
  const path = await import('node:path');
  const { readRuns } = await import('../../run-folder.ts');
  const { historyOf } = await import('../../analysis/history.ts');
  const { terminalHistory } = await import('../../reporters/history-table.ts');
  const { writeReport } = await import('../reports.ts');
  const { plural } = await import('../../numbers.ts');
  const { runs, unread } = await readRuns(path.resolve(io.folder, options.out));
  if (unread > 0) io.err.write(`${plural(unread, 'run')} cannot be read: of another version, or not whole\n`);
  const courses = historyOf(runs, scenario);
  if (courses.length === 0) {
    const known = [...new Set(runs.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)))].join(', ');
    throw new UsageError(
      scenario === undefined ? `There are no runs in ${options.out}.` : `No run of "${scenario}" is in ${options.out}.`,
      {
        hint: known === '' ? 'scale-lab run makes one; --out names another folder.' : `There are runs of: ${known}`,
      },
    );
  }
  if (options.html !== undefined) {
    const { htmlHistory } = await import('../../reporters/html/history.tsx');
    await writeReport(io, options.html, htmlHistory(courses));
  }
  io.out.write(terminalHistory(courses, io.out));
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
