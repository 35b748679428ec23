import { Command, Option } from 'commander';
import { exitCodes, UsageError, type ExitCode } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { addMatchOptions, describeMatch, inLab, prepareMatch, type MatchOptions } from '../match.ts';
import { percentage } from '../options.ts';
import { addReportOptions, reportRun, type ReportOptions } from '../reports.ts';
import { addSidesOptions, chooseSides, type SidesOptions } from '../sides.ts';

const examples = `
With saved runs it holds each against the first. Otherwise it starts both sides,
and runs rounds of both, in random order, until it is known how they differ or
the budget is spent.

Exit code: 0 where RPS, p50, p95 and p99 are resolved, 3 where one of them is
not: it cannot be told yet, or could not be measured on both sides; 4 where
neither side gave a right answer.

Examples:
  scale-lab compare results/20261121-224003-3fa9 results/20261122-091500-a01c
  scale-lab compare results/a results/b results/c --save html=three.html
  scale-lab compare thundering-herd --a none --b lock --budget 2m
  scale-lab compare --a-image shop:1.4 --b-image shop:1.5 --platform docker
  scale-lab compare --a-url http://127.0.0.1:8080 --b-url http://127.0.0.1:8081`;

interface CompareOptions extends MatchOptions, SidesOptions, ReportOptions {
  readonly smallest: number;
}

async function compareLive(name: string | undefined, options: CompareOptions, io: Io): Promise<ExitCode> {
  const { loadScenarioFile } = await import('../scenario-file.ts');
  const { compare, comparedFirst } = await import('../../verbs/compare.ts');
  const { isResolved } = await import('../../analysis/comparison/comparison.ts');
  const load = () => loadScenarioFile(io, options.file);
  const { scenario, sides, taken } = await chooseSides(io, name, options, load);
  const images = name === undefined ? {} : (await load()).images;
  const ready = await prepareMatch(io, options, { scenario, sides, batches: 1, images });
  if (options.dryRun) {
    io.out.write(await describeMatch(ready, options));
    return exitCodes.passed;
  }
  const outcome = await inLab(io, options, ready, async (lab) => {
    for (const text of taken) lab.emit({ type: 'remark', text });
    return compare(ready.match, options.smallest, lab);
  });
  await reportRun(io, outcome, options);
  const comparisons = outcome.record.comparisons ?? [];
  const isKnown = comparisons.every((comparison) => isResolved(comparison, comparedFirst));
  return isKnown ? exitCodes.passed : exitCodes.inconclusive;
}

async function compareSaved(locations: readonly string[], options: CompareOptions, io: Io): Promise<ExitCode> {
  const path = await import('node:path');
  const { readRun } = await import('../../record/run-folder.ts');
  const { compareRuns } = await import('../../analysis/comparison/runs.ts');
  const { isResolved } = await import('../../analysis/comparison/comparison.ts');
  const { refuseDead } = await import('../../analysis/comparison/dead-sides.ts');
  const { comparedFirst } = await import('../../verbs/compare.ts');
  const { reportRecord } = await import('../reports.ts');
  const runs = await Promise.all(locations.map(async (location) => readRun(path.resolve(io.folder, location))));
  const [a, ...others] = runs;
  if (a === undefined || others.length === 0) throw new Error('two runs were to be read');
  const record = compareRuns(a, others, options.smallest);
  const comparisons = record.comparisons ?? [];
  if (comparisons.length === 0) {
    throw new UsageError(`The runs ${runs.map(({ id }) => id).join(', ')} have no scenario and variant in common.`);
  }
  await reportRecord(io, record, options);
  for (const comparison of comparisons) refuseDead(comparison);
  const isKnown = comparisons.every((comparison) => isResolved(comparison, comparedFirst));
  return isKnown ? exitCodes.passed : exitCodes.inconclusive;
}

/** They are called A to Z. */
const mostRuns = 26;

async function execute(names: readonly string[], options: CompareOptions, io: Io): Promise<ExitCode> {
  if (names.length > mostRuns) throw new UsageError(`At most ${mostRuns} runs can be compared.`);
  return names.length > 1 ? compareSaved(names, options, io) : compareLive(names[0], options, io);
}

/** `scale-lab compare`: what two sides are to each other, with an interval. */
export const compareCommand: CommandFactory = (io, finish) => {
  const command = new Command('compare')
    .description('say how two runs, variants or servers differ, with an interval')
    .argument('[runs or scenario...]', 'saved runs, held against the first; or the scenario that both sides get');
  addSidesOptions(command);
  addMatchOptions(command, '5m').addOption(
    new Option('--smallest <share>', 'differences below it are called none').argParser(percentage).default(0.05, '5%'),
  );
  return addReportOptions(command)
    .addHelpText('after', examples)
    .action(async (names: readonly string[], options: CompareOptions) => finish(await execute(names, options, io)));
};
