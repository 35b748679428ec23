import { verdictsOf } from './analysis/verdicts.ts';
import { messageOf } from './errors.ts';
import type { EventSink } from './events.ts';
import { type Deployment, type Platform, type Stack, paceOf } from './platforms/platform.ts';
import { newRecord } from './record.ts';
import type { RunRecord } from './result.ts';
import { createRunFolder, newRunId, type RunFolder } from './run-folder.ts';
import { loadMs, remainingMs, type Plan, type Trial } from './scenarios/plan.ts';
import { runTrial } from './trial.ts';

/** Where a plan is run, and who hears of it. */
export interface Lab {
  readonly platform: Platform;
  /** Whether the load generator gets cores of its own, where the platform can. */
  readonly pin?: boolean;
  /** The folder that gets a folder for this run. */
  readonly results: string;
  /** The command that runs it again, for the record. */
  readonly command: string;
  /** When the command was given, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/** How a run ended: what it kept, and why it stopped early if it did. */
export interface RunOutcome {
  readonly record: RunRecord;
  readonly folder: RunFolder;
  /** What broke it off: a LabError, or the signal's reason. */
  readonly error: Error | undefined;
}

/**
 * Runs a plan: brings a stack up, puts each trial's load on it, judges the claims, and takes everything down again.
 * The record is saved after every trial, so that a run that is interrupted or broken off keeps what it measured.
 * @throws {LabError} only where there is no folder for the results
 */
export async function run(plan: Plan, lab: Lab): Promise<RunOutcome> {
  const runId = newRunId(new Date(lab.startedAtMs));
  const record = newRecord(plan, { ...lab, runId });
  const folder = await createRunFolder(lab.results, runId);
  await save(record, folder, lab);
  lab.emit({
    type: 'run-started',
    runId,
    trials: plan.trials.length,
    expectedMs: remainingMs(plan, 0, paceOf(lab.platform.name)),
  });
  const broken = await errorOf(async () => {
    await removeLeftovers(lab);
    await runTrials(plan, record, folder, lab);
  });
  if (broken === undefined) {
    record.status = 'complete';
    // Only here: the trials that an interrupted run lacks might have changed the verdicts.
    record.verdicts = verdictsOf(plan.scenarios, record.trials);
  } else {
    record.status = lab.signal.aborted ? 'interrupted' : 'broken off';
    record.problem = broken.message;
  }
  // A disk that is full now must not keep what was measured from being shown.
  const unsaved = await errorOf(async () => save(record, folder, lab));
  lab.emit({ type: 'run-finished', runId, folder: folder.path });
  return { record, folder, error: broken ?? unsaved };
}

async function errorOf(work: () => Promise<void>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

async function runTrials(plan: Plan, record: RunRecord, folder: RunFolder, lab: Lab): Promise<void> {
  await using stack = await startStack(plan, record.id, lab);
  record.versions = { ...stack.versions };
  record.cores = stack.cores;
  for (const trial of plan.trials) {
    const leftMs = remainingMs(plan, trial.number - 1, paceOf(lab.platform.name));
    lab.emit({ type: 'trial-started', trial, remainingMs: leftMs });
    const deployment = await deploy(stack, trial, lab.signal);
    const result = await runTrial(deployment, trial, lab.emit, lab.signal);
    record.trials.push(result);
    record.loadMs += loadMs(trial.load);
    await save(record, folder, lab);
    lab.emit({ type: 'trial-finished', trial, record: result });
  }
}

async function removeLeftovers({ platform, emit, signal }: Lab): Promise<void> {
  const leftovers = await platform.clean(signal);
  if (leftovers.length > 0) emit({ type: 'leftovers-removed', leftovers });
}

async function startStack(plan: Plan, runId: string, { platform, pin, emit, signal }: Lab): Promise<Stack> {
  const bare = plan.trials.every(({ system }) => system.kind !== 'app');
  return platform.up({ runId, signal, pin, bare, onStep: (step) => emit({ type: 'step', step }) });
}

async function deploy(stack: Stack, { system }: Trial, signal: AbortSignal): Promise<Deployment> {
  if (system.kind === 'url') return stack.reach(system.url);
  if (system.kind === 'app') return stack.deploy(system, signal);
  if (stack.host === undefined) throw new Error('The platform hosts no servers of the user.');
  return stack.host(system, signal);
}

async function save(record: RunRecord, folder: RunFolder, lab: Lab): Promise<void> {
  record.wallMs = Date.now() - lab.startedAtMs;
  await folder.write('run.json', `${JSON.stringify(record, null, 1)}\n`);
}
