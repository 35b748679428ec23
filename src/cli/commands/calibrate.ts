import { Command } from 'commander';
import type { Calibration } from '../../analysis/comparison/calibration.ts';
import { exitCodes, UsageError, type ExitCode } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { addMatchOptions, describeMatch, inLab, prepareMatch, type MatchOptions } from '../match.ts';

const examples = `
It sets a variant against itself: whatever differs is the noise of this machine.
"gate" heeds it where it has the same scenario and load, and tolerates no less
than that noise. Give it the options that the gate will get.

Examples:
  scale-lab calibrate cache-hit --variant cache-aside
  scale-lab calibrate my-api --budget 2m`;

interface CalibrateOptions extends MatchOptions {
  readonly variant?: string;
}

async function execute(name: string, options: CalibrateOptions, io: Io): Promise<ExitCode> {
  const path = await import('node:path');
  const { loadScenarioFile } = await import('../scenario-file.ts');
  const { calibrate } = await import('../../verbs/calibrate.ts');
  const { machineKey, noiseOf, withCalibration } = await import('../../analysis/comparison/calibration.ts');
  const { readCalibrations, writeCalibrations, calibrationFile } = await import('../../verbs/calibration-file.ts');
  const { describeSharedLoad } = await import('../../scenarios/words/load-words.ts');
  const { calibrationReport } = await import('../../reporters/calibration.ts');
  const { writeResult } = await import('../progress/json-events.ts');
  const { scenarioNamed } = await import('../sides.ts');
  const { told } = await import('../../model/foreign-text.ts');
  const file = await loadScenarioFile(io, options.file);
  const scenario = scenarioNamed(file, name);
  const variant = scenario.variants.find(
    (candidate) => options.variant === undefined || candidate.name === options.variant,
  );
  if (variant === undefined) {
    const known = scenario.variants.map((candidate) => candidate.name).join(', ');
    throw new UsageError(`The scenario "${name}" has no variant "${String(options.variant)}"`, {
      hint: `There are: ${known}`,
    });
  }
  const sides = [
    { ...variant, name: `${variant.name}-A` },
    { ...variant, name: `${variant.name}-B` },
  ] as const;
  const request = { scenario, sides, batches: 2, images: file.images } as const;
  const ready = await prepareMatch(io, options, request);
  if (options.dryRun) {
    io.out.write(await describeMatch(ready, options));
    return exitCodes.passed;
  }
  const results = path.resolve(io.folder, options.out);
  const before = await readCalibrations(results);
  const { record, error } = await inLab(io, options, ready, async (lab) => calibrate(ready.match, 0.05, lab));
  if (error !== undefined) throw error;
  const [comparison] = record.comparisons ?? [];
  if (comparison === undefined) throw new Error('a calibration has compared nothing');
  const entry: Calibration = {
    takenAt: new Date().toISOString(),
    platform: record.platform,
    ...machineKey(record.machine),
    scenario: name,
    variant: variant.name,
    replicas: comparison.replicas,
    load: describeSharedLoad(ready.match.scenario),
    rounds: comparison.rounds.a,
    noise: [...noiseOf(comparison)],
  };
  await writeCalibrations(results, withCalibration(before, entry));
  if (options.json) writeResult(io.out, record, io.startedAtMs);
  else io.out.write(`\n${calibrationReport(told(entry), told(calibrationFile(options.out)), io.out)}`, 'styles');
  return exitCodes.passed;
}

/** `scale-lab calibrate`: how much this machine's numbers differ when nothing does. */
export const calibrateCommand: CommandFactory = (io, finish) => {
  const command = new Command('calibrate')
    .description('measure the noise of this machine, and the smallest difference that can be found on it')
    .argument('<scenario>', 'the scenario that will be gated')
    .option('--variant <name>', 'the variant that is set against itself (default: the first)');
  return addMatchOptions(command, '5m')
    .addHelpText('after', examples)
    .action(async (name: string, options: CalibrateOptions) => finish(await execute(name, options, io)));
};
