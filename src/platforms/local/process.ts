import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import path from 'node:path';
import { diskFullHint, hintFor, readLogEnd, readPiece, withLog } from '../../machine/log-tail.ts';
import { pause as wait, settlesWithin } from '../../machine/time-limit.ts';
import { processStatus } from '../../machine/owner.ts';
import { LabError } from '../../model/errors.ts';
import type { Subject } from '../../model/subject.ts';
import { untilSign } from '../common/readiness.ts';
import type { Handle } from '../runner/host.ts';
import { markDescriptor, markVariable, openMark } from './own-processes.ts';
import { familyOf, lookAtProcesses } from './process-table.ts';

/**
 * A program that is to run in the folder of a run, in a process group of its own: a terminal's Ctrl-C does not reach it. It carries the
 * mark of the run, by which it is found when the lab that started it has been killed.
 */
export interface ProcessDescription extends Subject {
  /** As it is called in messages: "PostgreSQL". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of the run. */
  readonly folder: string;
  /** Where it runs, if not there. */
  readonly workingFolder?: string | undefined;
  /** The name of its log in that folder; standard error and, unless it is piped, standard output go there. */
  readonly log: string;
  /** Whether standard input and output are for the lab to write and read. */
  readonly piped?: boolean;
  /** Others build on it: it is stopped after them. */
  readonly backend?: boolean;
  /** Runs as this user; only root may ask for that. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Asks it to stop. Without one it is only waited for: it ends by itself, and soon. */
  readonly stopSignal?: NodeJS.Signals | undefined;
  /** Whether all that it started is asked with it: a shell hands no signal on. */
  readonly stopsGroup?: boolean;
  /** How long it may take to stop before it is killed. */
  readonly graceMs: number;
}

/** So much of a log is searched at once for a sign of readiness. */
const pieceBytes = 2 ** 16;

/** How long the kernel may take to end what is killed. */
const endLimitMs = 2_000;

/** A program that runs now. It always knows how it ended, and tells with the last lines of its own log. */
export class LocalProcess implements Handle {
  readonly name: string;
  readonly child: ChildProcess;
  /** Settles when the process has ended, with words for how. */
  readonly ended: Promise<string>;
  /** How it ended; undefined while it runs. */
  end: string | undefined;
  readonly backend: boolean;
  readonly #description: ProcessDescription;
  readonly #logOffset: number;
  #isToEnd = false;
  #isPaused = false;

  private constructor(description: ProcessDescription, child: ChildProcess, logOffset: number) {
    this.name = description.name;
    this.child = child;
    this.#description = description;
    this.backend = description.backend ?? false;
    this.#logOffset = logOffset;
    this.ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        // What it left behind goes with it; now, because later its number may belong to a stranger.
        this.#signalGroup('SIGKILL');
        resolve(code === null ? `was killed by ${String(signal)}` : `exited with code ${code}`);
      });
      // Only a process that was never there ends by an error.
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(`could not be started: ${error.message}`);
      });
    }).then((end) => (this.end = end));
  }

  /** Starts the program; whether it works is for {@link ready} to say. */
  static async start(description: ProcessDescription, signal: AbortSignal): Promise<LocalProcess> {
    const { command, args, folder, workingFolder: cwd = folder, environment, user, piped = false } = description;
    await using log = await open(path.join(folder, description.log), 'a');
    await using mark = await openMark(folder);
    const { size } = await log.stat();
    signal.throwIfAborted();
    const env = { ...environment, ...markVariable(folder) };
    const stdio: StdioOptions = [piped ? 'pipe' : 'ignore', piped ? 'pipe' : log.fd, log.fd];
    while (stdio.length < markDescriptor) stdio.push('ignore');
    stdio.push(mark.fd);
    const child = spawn(command, args, { cwd, env, detached: true, stdio, ...user });
    return new LocalProcess(description, child, size);
  }

  /** Waits for a sign of readiness. If it ends instead, or takes too long, this fails with its log. */
  async ready<T>(sign: (signal: AbortSignal) => Promise<T>, signal: AbortSignal, limitMs?: number): Promise<T> {
    return untilSign(this, sign, signal, limitMs);
  }

  /** A sign of readiness: something that is found in a piece of the log. Whole lines are looked at once. */
  logged<T>(find: (log: string) => T | undefined): (signal: AbortSignal) => Promise<T> {
    return async (signal) => {
      let fromByte = this.#logOffset;
      for (;;) {
        // A log that grows faster than it is read leaves no pause.
        signal.throwIfAborted();
        const piece = await readPiece(this.#logFile, fromByte, pieceBytes);
        const found = find(piece.toString('utf8'));
        if (found !== undefined) return found;
        const wholeBytes = piece.lastIndexOf('\n') + 1;
        fromByte += wholeBytes === 0 && piece.length === pieceBytes ? pieceBytes : wholeBytes;
        if (piece.length < pieceBytes) await wait(10, signal);
      }
    };
  }

  /** The end of what it has logged; one that ran before it under the same name is left out. */
  async log(): Promise<string> {
    return readLogEnd(this.#logFile, this.#logOffset);
  }

  get #logFile(): string {
    return path.join(this.#description.folder, this.#description.log);
  }

  /** What went wrong with it, with the end of its log and what to do where that is known. */
  async failure(what: string, cause?: unknown): Promise<LabError> {
    const told = withLog(this.#description, await this.log());
    const { folder } = this.#description;
    const known = hintFor([...told.details, what], folder) ?? this.#removalHint();
    const hint = known ?? ((await isDiskFull(folder)) ? diskFullHint(folder) : undefined);
    return new LabError(`${this.name} ${what}.`, { ...told, cause, ...(hint === undefined ? {} : { hint }) });
  }

  /** What to do where somebody has removed its log, and so the rest of the run's folder. */
  #removalHint(): string | undefined {
    if (existsSync(this.#logFile)) return undefined;
    const { folder } = this.#description;
    return `The files of the run in ${folder} were removed while it went on; set TMPDIR to a folder where nobody does that.`;
  }

  /** Ends it, with all that it started: asks, waits, kills. Never fails. @param graceMs how long it may take */
  async stop(graceMs = this.#description.graceMs): Promise<void> {
    const { stopSignal, stopsGroup } = this.#description;
    if (this.end !== undefined) return;
    this.#isToEnd = true;
    if (stopSignal !== undefined && stopsGroup === true) this.#signalGroup(stopSignal);
    else if (stopSignal !== undefined) this.child.kill(stopSignal);
    // It hears nothing as long as it stands still.
    if (this.#isPaused) await this.resume().catch(() => undefined);
    if (await settlesWithin(graceMs, this.ended)) return;
    await this.kill();
  }

  /** Ends it at once, with all that it started; all of that is gone then. Never fails. */
  async kill(): Promise<void> {
    if (this.end !== undefined) return;
    this.#isToEnd = true;
    // Before it is gone: then its children are nobody's. Where nobody can look, there is its group.
    const family = await this.#family().catch(() => []);
    this.#signalGroup('SIGKILL');
    for (const pid of family) send(pid, 'SIGKILL');
    await settlesWithin(endLimitMs, this.ended);
    await Promise.all(family.map(untilGone));
  }

  /** Makes it stand still, with all that it started. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    const told = new Set<number>();
    this.#signalGroup('SIGSTOP');
    // As often as there is somebody new: until it stands still it may start others.
    for (;;) {
      const missed = (await this.#family()).filter((pid) => !told.has(pid));
      if (missed.length === 0) return;
      for (const pid of missed) {
        send(pid, 'SIGSTOP');
        told.add(pid);
      }
    }
  }

  /** Lets it go on. */
  async resume(): Promise<void> {
    this.#signalGroup('SIGCONT');
    // One look is enough: who stood still started nobody.
    for (const pid of await this.#family()) send(pid, 'SIGCONT');
    this.#isPaused = false;
  }

  get isToEnd(): boolean {
    return this.#isToEnd;
  }

  get isPaused(): boolean {
    return this.#isPaused && this.end === undefined;
  }

  /** It and all that it has started, also what has left its group, as PostgreSQL's do. */
  async #family(): Promise<readonly number[]> {
    const { processes } = await lookAtProcesses(new Set());
    return familyOf(this.child.pid, processes).map(({ pid }) => pid);
  }

  #signalGroup(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid !== undefined) send(-pid, signal);
  }
}

/** @param pid of a process; below 0 of a group */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The usual case: nothing is left of it. (macOS says EPERM of a group of zombies.)
  }
}

/** Waits until a process that was killed is gone, which may take the kernel a while. */
async function untilGone(pid: number): Promise<void> {
  const { signal } = new AbortController();
  const untilMs = performance.now() + endLimitMs;
  while (performance.now() < untilMs) {
    const status = await processStatus(pid);
    if (status === undefined || status.zombie) return;
    await wait(5, signal);
  }
}

async function isDiskFull(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize < 2 ** 20;
  } catch {
    return false;
  }
}
