import { Command } from 'commander';
import { exitCodes } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { addReportOptions, type ReportOptions } from '../reports.ts';

const examples = `
Examples:
  scale-lab report results/20261121-224003-3fa9
  scale-lab report results/20261121-224003-3fa9/run.json --reporter csv > a.csv
  scale-lab report results/20261121-224003-3fa9 --reporter html --open
  scale-lab report results/20261121-224003-3fa9 --save junit=junit.xml`;

interface ShowOptions extends ReportOptions {
  readonly open?: boolean;
}

async function execute(location: string, options: ShowOptions, io: Io): Promise<void> {
  const path = await import('node:path');
  const { readRun } = await import('../../record/run-folder.ts');
  const { reportRecord, writeReport } = await import('../reports.ts');
  const place = path.resolve(io.folder, location);
  const record = await readRun(place);
  if (options.open !== true) {
    await reportRecord(io, record, options);
    return;
  }
  const { openReporter } = await import('../../reporters/index.ts');
  const { default: open } = await import('open');
  const html = await openReporter('html');
  const page = path.join(place.endsWith('.json') ? path.dirname(place) : place, 'report.html');
  await writeReport(io, page, html(record, io.out));
  // It runs on by itself, whatever becomes of this command.
  (await open(page)).unref();
  io.out.write(`${page}\n`);
}

/** `scale-lab report`: a saved run once more, in any format, without running anything. */
export const reportCommand: CommandFactory = (io, finish) =>
  addReportOptions(new Command('report'))
    .description('print a saved run again, in any format, without running anything')
    .argument('<run>', 'a run.json, or the folder that holds it')
    .option('--open', 'write it as report.html beside the run, and open it in the browser')
    .addHelpText('after', examples)
    .action(async (location: string, options: ShowOptions) => {
      await execute(location, options, io);
      finish(exitCodes.passed);
    });
