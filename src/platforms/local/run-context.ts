import { randomBytes } from 'node:crypto';
import type { OnStep } from '../../model/steps.ts';
import { untilDone } from '../common/readiness.ts';
import { LocalProcess, type ProcessDescription } from './process.ts';

/** What everything that starts a process for a run needs; it knows all that were started, so that none is forgotten. */
export class RunContext {
  readonly folder: string;
  /** What processes inherit of the user's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onStep: OnStep;
  readonly #processes = new Set<LocalProcess>();
  readonly #secrets = new Map<string, string>();

  constructor(folder: string, environment: Readonly<Record<string, string>>, onStep: OnStep) {
    this.folder = folder;
    this.environment = environment;
    this.onStep = onStep;
  }

  /** The secret of that name, drawn when it is asked for first: 18 bytes, in characters that mean nothing in a URL. */
  secret(name: string): string {
    const secret = this.#secrets.get(name) ?? randomBytes(18).toString('base64url');
    this.#secrets.set(name, secret);
    return secret;
  }

  /** Starts a program that the run will stop at the latest when it is closed. */
  async start(description: ProcessDescription, signal: AbortSignal): Promise<LocalProcess> {
    const started = await LocalProcess.start(description, signal);
    this.#processes.add(started);
    return started;
  }

  /** Runs a program to its end; anything but exit code 0 is a failure, and so is one that stands still. */
  async finish(description: ProcessDescription, signal: AbortSignal, limitMs?: number): Promise<void> {
    const program = await this.start(description, signal);
    try {
      await untilDone(program, signal, limitMs);
    } finally {
      await this.stop([program]);
    }
  }

  /** Lets go of all that runs: nothing of it keeps this process alive any more. */
  release(): void {
    for (const { child } of this.#processes) child.unref();
  }

  /** Stops processes together. @param graceMs how long they may take; undefined for what each takes */
  async stop(processes: readonly LocalProcess[], graceMs?: number): Promise<void> {
    await Promise.all(processes.map((running) => running.stop(graceMs)));
    for (const ended of processes) this.#processes.delete(ended);
  }

  /** Stops all that runs but these. */
  async stopOthers(staying: readonly LocalProcess[]): Promise<void> {
    await this.stop([...this.#processes].filter((running) => !staying.includes(running)));
  }

  /** Stops all that runs, backends last. */
  async stopAll(): Promise<void> {
    await this.stopOthers([...this.#processes].filter(({ backend }) => backend));
    await this.stopOthers([]);
  }
}
