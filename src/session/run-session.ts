import { inOrder, LabError, messageOf, type ServiceLog } from '../model/errors.ts';
import { jsonOf } from '../model/foreign-text.ts';
import { loadMs } from '../model/load-profile.ts';
import { actsOn, remainingMs, servicesBeside, type Plan, type Trial } from '../model/plan.ts';
import type { OnStep } from '../model/steps.ts';
import { isHosted } from '../model/system.ts';
import { type Deployment, type Platform, type Stack, paceOf } from '../platforms/platform.ts';
import { createRunFolder, newRunId, type RunFolder } from '../record/run-folder.ts';
import type { Failure, Finding, RateSearchRecord, RunRecord, TrialRecord } from '../record/run-record.ts';
import { addressesIn, type TargetAddresses } from '../scenarios/planning/remote-check.ts';
import { storesOf } from '../services/system.ts';
import type { Variables } from '../shapes/variables.ts';
import { deathsIn, insistOnLife } from './deaths.ts';
import type { EventSink } from './events.ts';
import { tryTargets } from './first-try.ts';
import { newRecord } from './new-record.ts';
import { searchRate } from './rate-search.ts';
import { SideFailure } from './side-failure.ts';
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
  /**
   * What a command that follows from a finding of a trial has to name as well; left out where the trial is none of a scenario as it
   * is written, and no such command would do.
   */
  readonly conditions?: (command: string, trial: Trial) => readonly string[];
  /** When the command was given, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** What addresses and requests are filled in from, where the lab itself asks a target. */
  readonly environment: Variables;
  /** Where the targets of the plan are: nothing that connects looks that up again. */
  readonly addresses: TargetAddresses;
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

/** What is being run, and what is kept of it: the record is saved after every trial, whole or not at all. */
export class RunSession {
  readonly plan: Plan;
  readonly lab: Lab;
  readonly record: RunRecord;
  readonly folder: RunFolder;
  /** Of the targets' addresses those that load goes to. */
  #addresses: TargetAddresses = new Map();
  /** How many trials the saved record has. */
  #savedTrials = 0;

  constructor(plan: Plan, lab: Lab, record: RunRecord, folder: RunFolder) {
    this.plan = plan;
    this.lab = lab;
    this.record = record;
    this.folder = folder;
  }

  /**
   * Brings a stack up for trials; `suffix` tells it from another stack of the same run. The first time it asks all servers that
   * the user named by their addresses: there will be load.
   */
  async startStack(trials: readonly Trial[], suffix = ''): Promise<Stack> {
    await this.#tryTargets();
    const { platform, pin, emit, signal } = this.lab;
    const stores = storesOf(trials.map(({ system }) => system));
    const open = trials.some(({ system }) => isHosted(system) || servicesBeside(system).some(isHosted));
    const acts = trials.flatMap(({ system }) => actsOn(system));
    const runId = this.record.id + suffix;
    const stack = await platform.up({ runId, signal, pin, stores, open, acts, onStep: stepsTo(emit) });
    this.record.versions = { ...this.record.versions, ...stack.versions };
    this.record.cores = stack.cores;
    return stack;
  }

  /** Puts what a trial needs in place of what ran before. */
  async deploy(stack: Stack, { system }: Trial): Promise<Deployment> {
    const { signal } = this.lab;
    if (system.kind === 'url') return stack.reach(system.url, addressesIn(this.#addresses, system.url));
    return stack.deploy(system, signal);
  }

  /**
   * Runs a trial on what `deploy` brings up, and keeps what was measured.
   * @throws {LabError} also where a service has died without which there is nothing more to measure; the trial is kept then
   */
  async measure(trial: Trial, deploy: () => Promise<Deployment>): Promise<TrialRecord> {
    const { platform, emit, signal } = this.lab;
    emit({
      type: 'trial-started',
      trial,
      remainingMs: remainingMs(this.plan, trial.number - 1, paceOf(platform.name)),
    });
    const deployment = await deploy();
    await insistOnLife(deployment, signal);
    const measured = await measure(deployment, trial, emit, signal);
    const result = { ...measured, findings: measured.findings.map((finding) => this.#withConditions(finding, trial)) };
    this.record.trials.push(result);
    this.record.loadMs += result.search ? probedMs(result.search) : loadMs(trial.load);
    await this.save();
    emit({ type: 'trial-finished', trial, record: result });
    await insistOnLife(deployment, signal);
    // Others answer in place of one that has ended; of why it has nobody would know.
    for (const { error } of await deathsIn(deployment, signal)) {
      const isKnown = this.record.failures?.some(({ text }) => text === error.message) ?? false;
      if (!isKnown) await this.noteFailure(error);
    }
    return result;
  }

  /** Asks the servers that the user named by their addresses once, and says where what they did is hardly what was meant. */
  async #tryTargets(): Promise<void> {
    if (this.record.tried !== undefined) return;
    const { tried, addresses } = await tryTargets(this.plan, this.lab, this.lab.signal);
    this.#addresses = addresses;
    if (tried.length === 0) return;
    this.record.tried = [...tried];
    for (const { note } of tried) if (note !== undefined) this.lab.emit({ type: 'remark', text: note });
  }

  /** Notes that something which was started has failed, in the record, and keeps the end of its log with the run. */
  async noteFailure(error: LabError, side: Pick<Failure, 'side' | 'system' | 'revision'> = {}): Promise<void> {
    const { message: text, hint, details, logs } = error;
    const files = await this.#keepLogs(logs, side.side === undefined ? '' : `${side.side.toLowerCase()}-`);
    const failure = { text, ...side, ...(hint === undefined ? {} : { hint }), log: [...details], files };
    this.record.failures = [...(this.record.failures ?? []), failure];
  }

  /** Where the logs are kept in the run's folder. A disk that is full must not hide what they are kept for. */
  async #keepLogs(logs: readonly ServiceLog[], prefix: string): Promise<string[]> {
    const files: string[] = [];
    for (const { copy, text } of logs) {
      const name = `${prefix}${copy.replaceAll(/[^\w.-]+/g, '-')}`;
      const same = (this.record.failures ?? [])
        .flatMap((failure) => failure.files)
        .filter((file) => file.startsWith(`logs/${name}.`));
      const file = `logs/${name}.${same.length === 0 ? '' : `${same.length + 1}.`}log`;
      try {
        await this.folder.write(file, text);
        files.push(file);
      } catch (error) {
        this.lab.emit({ type: 'remark', text: `the log of ${copy} could not be kept: ${messageOf(error)}` });
      }
    }
    return files;
  }

  /** A command of a finding as it works in this place: with the file, the platform and the load that were named. */
  #withConditions({ command, ...finding }: Finding, trial: Trial): Finding {
    const { conditions } = this.lab;
    if (command === undefined || conditions === undefined) return finding;
    return { ...finding, command: [command, ...conditions(command, trial)].join(' ') };
  }

  async save(): Promise<void> {
    this.record.wallMs = Date.now() - this.lab.startedAtMs;
    const { length } = this.record.trials;
    await this.#write(this.record);
    this.#savedTrials = length;
  }

  /**
   * Says how the run ended where the whole record has no room: in the one that was saved before.
   * @throws {LabError} where there is none for that either
   */
  async saveEnd(why: string): Promise<void> {
    const { status, problem = why, trials, comparisons: _, scaling: __, ...rest } = this.record;
    const ended = status === 'complete' ? 'broken off' : status;
    await this.#write({ ...rest, status: ended, problem, trials: trials.slice(0, this.#savedTrials), verdicts: [] });
  }

  async #write(record: RunRecord): Promise<void> {
    await this.folder.write('run.json', `${jsonOf(record, 1)}\n`);
  }
}

/** Tells of a step when it begins and when it is over, and of anything else as a remark. */
function stepsTo(emit: EventSink): OnStep {
  return (step, over) => {
    const startMs = performance.now();
    const end = (): void => emit({ type: 'step-ended', step, tookMs: performance.now() - startMs });
    emit(over === undefined ? { type: 'remark', text: step } : { type: 'step', step });
    void over?.then(end, end);
  };
}

async function measure(deployment: Deployment, trial: Trial, ...rest: readonly [EventSink, AbortSignal]) {
  const { load } = trial;
  if (load.kind === 'search') return searchRate(deployment, trial, load, ...rest);
  return runTrial(deployment, { ...trial, load }, ...rest);
}

function probedMs({ probes }: RateSearchRecord): number {
  return probes.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/**
 * Gives work a session of a plan: its record and folder, with what killed runs left removed. However the work ends, what was
 * measured is saved, and the record says how it ended.
 * @throws {LabError} only where there is no folder for the results
 */
export async function conduct(plan: Plan, lab: Lab, work: (session: RunSession) => Promise<void>): Promise<RunOutcome> {
  const runId = newRunId(new Date(lab.startedAtMs));
  const record = newRecord(plan, { ...lab, runId });
  const folder = await createRunFolder(lab.results, runId);
  const session = new RunSession(plan, lab, record, folder);
  await session.save();
  const expectedMs = remainingMs(plan, 0, paceOf(lab.platform.name));
  lab.emit({ type: 'run-started', runId, trials: plan.trials.length, expectedMs });
  for (const { scenario, text } of plan.lacking ?? []) lab.emit({ type: 'remark', text: `${scenario}: ${text}` });
  const [thrown, ...later] = await errorsOf(async () => {
    await removeLeftovers(lab);
    await work(session);
  });
  for (const { message } of later) lab.emit({ type: 'remark', text: `the clean-up failed: ${message}` });
  // What ends because of a signal may say so in words of its own: that a worker has ended, that a server is gone.
  const broken = thrown && lab.signal.aborted ? errorFrom(lab.signal.reason) : thrown;
  if (broken === undefined) {
    record.status = 'complete';
  } else {
    record.status = lab.signal.aborted ? 'interrupted' : 'broken off';
    record.problem = broken.message;
    const isNews = broken instanceof LabError && broken.logs.length > 0 && !lab.signal.aborted;
    if (isNews) await session.noteFailure(broken, broken instanceof SideFailure ? broken.of : {});
  }
  // A disk that is full now must not keep what was measured from being shown.
  const [unsaved] = await errorsOf(async () => session.save());
  // It may have no room for that either.
  if (unsaved !== undefined) await errorsOf(async () => session.saveEnd(unsaved.message));
  lab.emit({ type: 'run-finished', runId, folder: folder.path });
  return { record, folder, error: broken ?? unsaved };
}

/** What goes wrong in some work, in that order: last in cleaning up after it. */
async function errorsOf(work: () => Promise<void>): Promise<readonly Error[]> {
  try {
    await work();
    return [];
  } catch (error) {
    return inOrder(error).map(errorFrom);
  }
}

function errorFrom(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}

async function removeLeftovers({ platform, emit, signal }: Lab): Promise<void> {
  const leftovers = await platform.clean(signal);
  if (leftovers.length > 0) emit({ type: 'leftovers-removed', leftovers });
}
