import { Command, Option } from 'commander';
import { exitCodes, UsageError, type ExitCode } from '../../model/errors.ts';
import type { Scenario, ScenarioFile } from '../../model/scenario.ts';
import type { RunOutcome, Lab } from '../../session/run-session.ts';
import type { Gate } from '../../verbs/gate.ts';
import type { CommandFactory } from '../command.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { addMatchOptions, describeMatch, inLab, prepareMatch, type MatchOptions } from '../match.ts';
import { tolerances } from '../options.ts';
import { addReportOptions, reportRun, type ReportOptions } from '../reports.ts';
import { addSidesOptions, chooseSides, type SidesOptions } from '../sides.ts';

const examples = `
B is judged against A: both run now, in rounds of random order; or what runs now
against a saved run of the same kind of machine (--baseline). Judged are errors,
hangs, CPU per request, memory at the end, counted metrics, RPS, p50, p95, p99
(where the answers are enough), those of each request where there are several,
the scenario's claims that name no variant, and what --tolerance names. What the
noise of a busy machine hides is left open where CPU per request is clear. A
failure is confirmed by fresh rounds.

Exit code: 0 no worse; 1 worse, or B gave no right answer, did not start, or
died; 3 cannot tell, or the base is broken; 4 neither side ran or gave a right
answer; 129, 130 or 143 interrupted, 141 unread: no verdict.

Examples:
  scale-lab gate --a-command 'cd ../base && node server.js' \\
    --b-command 'node server.js' --ready /health --request 'GET /items'
  scale-lab gate cache-hit --a no-cache --b cache-aside --tolerance p50=5%
  scale-lab run cache-hit --rounds 8 --out baseline
  scale-lab gate --baseline baseline/20261121-224003-3fa9`;

interface GateOptions extends MatchOptions, SidesOptions, ReportOptions {
  readonly baseline?: string;
  readonly tolerance: Readonly<Record<string, number>>;
  readonly allowInconclusive?: boolean;
}

/** In words only: what a gate lets pass is said by its tolerances. */
const smallest = 0.05;

async function gatePaired(name: string | undefined, options: GateOptions, io: Io): Promise<ExitCode> {
  const { loadScenarioFile } = await import('../scenario-file.ts');
  const { gate } = await import('../../verbs/gate.ts');
  const load = (): Promise<ScenarioFile> => loadScenarioFile(io, options.file);
  const { scenario, sides, taken } = await chooseSides(io, name, options, load);
  const images = name === undefined ? {} : (await load()).images;
  const ready = await prepareMatch(io, options, { scenario, sides, batches: 2, images });
  if (options.dryRun) {
    io.out.write(await describeMatch(ready, options));
    return exitCodes.passed;
  }
  const outcome = await inLab(io, options, ready, async (lab) => {
    for (const text of taken) lab.emit({ type: 'remark', text });
    const settingsOf = await readSettings(options, lab);
    return gate(ready.match, settingsOf(ready.match.scenario), lab);
  });
  return finishGate(io, outcome, options);
}

async function gateBaseline(names: readonly string[], options: GateOptions, io: Io): Promise<ExitCode> {
  const path = await import('node:path');
  const { readRun } = await import('../../record/run-folder.ts');
  const { baselinePlan } = await import('../baseline-plan.ts');
  const { gateOnBaseline } = await import('../../verbs/baseline.ts');
  const saved = await readRun(path.resolve(io.folder, options.baseline ?? ''));
  const ready = await baselinePlan(io, names, saved, options);
  const outcome = await inLab(io, options, ready, async (lab) => {
    const settingsOf = await readSettings(options, lab);
    return gateOnBaseline(ready.plan, saved, settingsOf, lab);
  });
  return finishGate(io, outcome, options);
}

/** What the gate tolerates of a scenario: what the user said, and the noise that a calibration of the same experiment has found. */
async function readSettings(options: GateOptions, lab: Lab): Promise<(scenario: Scenario) => Gate> {
  const { readCalibrations } = await import('../../verbs/calibration-file.ts');
  const { floorsFor, machineKey } = await import('../../analysis/comparison/calibration.ts');
  const { describeMachine } = await import('../../record/this-machine.ts');
  const { describeSharedLoad } = await import('../../scenarios/words/load-words.ts');
  const calibrations = await readCalibrations(lab.results);
  const machine = { platform: lab.platform.name, ...machineKey(describeMachine()) };
  return (scenario) => {
    const noise = floorsFor(calibrations, { ...machine, scenario: scenario.name, load: describeSharedLoad(scenario) });
    return { smallest, tolerances: options.tolerance, noise: noise ?? {} };
  };
}

async function finishGate(io: Io, outcome: RunOutcome, options: GateOptions): Promise<ExitCode> {
  await reportRun(io, outcome, options);
  const code = exitCodeOf(outcome.record);
  return code === exitCodes.inconclusive && options.allowInconclusive === true ? exitCodes.passed : code;
}

async function execute(names: readonly string[], options: GateOptions, io: Io): Promise<ExitCode> {
  if (options.baseline !== undefined) return gateBaseline(names, options, io);
  const [name, second] = names;
  if (second !== undefined) {
    throw new UsageError('One scenario is gated at a time.', { hint: 'Several can be gated with --baseline.' });
  }
  return gatePaired(name, options, io);
}

const toleranceHelp = 'how much worse B may be, by metric: p50=10%,rps=5%,p99=off';

/** `scale-lab gate`: whether B is worse than A, for a job that has to decide. */
export const gateCommand: CommandFactory = (io, finish) => {
  const command = new Command('gate')
    .description('say whether B is worse than A, or now worse than a saved run: a verdict for CI')
    .argument('[scenario...]', 'the scenario whose workload and load both sides get; with --baseline all of its own');
  addSidesOptions(command);
  addMatchOptions(command, '5m')
    .option('--baseline <run>', 'a saved run to judge against: a run.json, or the folder that holds it')
    .addOption(
      new Option('--tolerance <list>', toleranceHelp)
        .argParser(tolerances)
        .default({}, 'rps, p50, cpu_per_request: 10%; p95: 20%; p99: 25%; memory_end: 30%; error_rate: 0.1%'),
    );
  command.option('--allow-inconclusive', 'exit with 0 where it cannot tell; the reports say so all the same');
  return addReportOptions(command)
    .addHelpText('after', examples)
    .action(async (names: readonly string[], options: GateOptions) => finish(await execute(names, options, io)));
};
