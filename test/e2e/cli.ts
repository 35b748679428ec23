import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { packageFolder } from '../../src/machine/package.ts';

/** How a command ended, and what it printed. */
export interface Ended {
  /** As a shell tells it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has printed on standard error so far. */
  err(): string;
  /** Resolves once standard error has that text; rejects if the command ends without. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts the built `scale-lab` with its arguments. */
export function start(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Running {
  const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = options.env ?? process.env;
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code: signal === null ? code : 128 + constants.signals[signal], out, err });
    });
  });
  return {
    child,
    err: () => err,
    says: async (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (err.includes(text)) resolve();
        };
        child.stderr.on('data', look);
        void ended.then(() => reject(new Error(`ended without saying "${text}": ${err}`)));
        look();
      }),
    ended,
  };
}

/** Runs the built `scale-lab` to its end. */
export async function scaleLab(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return start(args, options).ended;
}
