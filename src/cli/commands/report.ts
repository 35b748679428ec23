import { Command } from 'commander';
import { exitCodes } from '../../errors.ts';
import type { CommandFactory } from '../command.ts';
import { addReportOptions, type ReportOptions } from '../reports.ts';

const examples = `
Examples:
  scale-lab report results/20261121-224003-3fa9
  scale-lab report results/20261121-224003-3fa9/run.json --reporter markdown > report.md
  scale-lab report results/20261121-224003-3fa9 --save junit=junit.xml --save csv=trials.csv`;

/** `scale-lab report`: a saved run once more, in any format, without running anything. */
export const reportCommand: CommandFactory = (io, finish) =>
  addReportOptions(new Command('report'))
    .description('print a saved run again, in any format, without running anything')
    .argument('<run>', 'a run.json, or the folder that holds it')
    .addHelpText('after', examples)
    .action(async (location: string, options: ReportOptions) => {
      const path = await import('node:path');
      const { readRun } = await import('../../run-folder.ts');
      const { reportRecord } = await import('../reports.ts');
      await reportRecord(io, await readRun(path.resolve(io.folder, location)), options);
      finish(exitCodes.passed);
    });
