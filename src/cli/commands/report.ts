import { Command, Option } from 'commander';
import { exitCodes } from '../../errors.ts';
import { reporterNames, type ReporterName } from '../../reporters/reporter.ts';
import type { CommandFactory } from '../command.ts';

const examples = `
Examples:
  scale-lab report results/20261121-224003-3fa9
  scale-lab report results/20261121-224003-3fa9/run.json --reporter markdown > report.md`;

/** `scale-lab report`: a saved run once more, in any format, without running anything. */
export const reportCommand: CommandFactory = (io, finish) =>
  new Command('report')
    .description('print a saved run again, in any format, without running anything')
    .argument('<run>', 'a run.json, or the folder that holds it')
    .addOption(new Option('--reporter <name>', 'what to print').choices(reporterNames).default('terminal'))
    .addHelpText('after', examples)
    .action(async (location: string, options: { reporter: ReporterName }) => {
      const path = await import('node:path');
      const { readRun } = await import('../../run-folder.ts');
      const { openReporter } = await import('../../reporters/index.ts');
      const record = await readRun(path.resolve(io.folder, location));
      const report = await openReporter(options.reporter);
      io.out.write(report(record, io.out));
      finish(exitCodes.passed);
    });
