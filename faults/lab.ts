import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageFolder } from '../src/machine/package.ts';

/** How often it is looked at: a phase is to be met early. */
const pollMs = 25;

/** What each stream is written to, in a folder of its own: that may be a disk of its own. */
export const streamFile = 'written';

/** Where a command is run; its streams go to the folders `out` and `err` there. */
export interface LabSettings {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** How long it is waited for whatever it does: one that takes longer hangs. */
  readonly limitMs: number;
}

/** The built command as it runs. Its streams are files: a disk that is full is then full for them as well. */
export class LabUnderFault {
  readonly child: ChildProcess;
  /** How it ended, as a shell tells it. */
  readonly ended: Promise<number>;
  /** The same; undefined while it runs. */
  code: number | undefined;
  readonly #folder: string;
  readonly #endMs: number;

  private constructor(child: ChildProcess, { folder, limitMs }: LabSettings) {
    this.child = child;
    this.#folder = folder;
    this.#endMs = performance.now() + limitMs;
    this.ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal]));
    }).then((code) => (this.code = code));
  }

  static async start(args: readonly string[], settings: LabSettings): Promise<LabUnderFault> {
    const { folder, environment } = settings;
    for (const stream of ['out', 'err']) await mkdir(path.join(folder, stream), { recursive: true });
    await using outFile = await open(path.join(folder, 'out', streamFile), 'a');
    await using errFile = await open(path.join(folder, 'err', streamFile), 'a');
    const { NO_COLOR: _, FORCE_COLOR: __, ...env } = environment;
    const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', outFile.fd, errFile.fd],
      // A Ctrl-C is the harness's, and no fault of the case.
      detached: true,
    });
    return new LabUnderFault(child, settings);
  }

  /** What it has written so far: on standard error, and then on standard output. */
  async text(): Promise<string> {
    const read = async (stream: string): Promise<string> =>
      readFile(path.join(this.#folder, stream, streamFile), 'utf8');
    return `${await read('err')}\n${await read('out')}`;
  }

  /** Looks again and again until there is something to see, or the command has ended, or the time is up: undefined then. */
  async until<T>(look: () => Promise<T | undefined>, limitMs = Infinity): Promise<T | undefined> {
    const endMs = Math.min(this.#endMs, performance.now() + limitMs);
    while (this.code === undefined && performance.now() < endMs) {
      const seen = await look();
      if (seen !== undefined) return seen;
      await pause(pollMs);
    }
    return undefined;
  }

  /** Waits, but not beyond the end of the command; false where that has come. */
  async waits(durationMs: number): Promise<boolean> {
    await this.until(() => Promise.resolve(undefined), durationMs);
    return this.code === undefined;
  }

  /** Sends it a signal; false where it has ended. */
  send(signal: NodeJS.Signals): boolean {
    return this.code === undefined && this.child.kill(signal);
  }
}
