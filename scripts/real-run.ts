import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packageFolder } from '../src/machine/package.ts';
import { readRun } from '../src/record/run-folder.ts';
import type { RunRecord } from '../src/record/run-record.ts';

const program = path.join(packageFolder, 'dist', 'cli', 'main.js');

/** Aborted by the first signal that asks this process to end; from then on it ends when its work is over. */
export function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => ending.abort(new Error(`ended by ${name}`)));
  }
  return ending.signal;
}

/**
 * Runs the built `scale-lab run` in a folder of its own, with the shipped scenarios, and hands on its record and that folder, where files are
 * that it saved; the folder is gone afterwards. Claims that fail are results like others.
 * @param signal ends the run in order
 * @throws {Error} where there is no whole result
 */
export async function realRun<T>(
  args: readonly string[],
  work: (record: RunRecord, folder: string) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-real-run-'));
  try {
    const code = await runToItsEnd(['run', ...args, '--out', '.'], folder, signal);
    signal.throwIfAborted();
    if (code === null || code === 2 || code > 3) throw new Error(`scale-lab run ${args.join(' ')} ended with ${code}`);
    const [id = ''] = (await readdir(folder)).filter((entry) => existsSync(path.join(folder, entry, 'run.json')));
    return await work(await readRun(path.join(folder, id)), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In a process group of its own: a terminal would send its signal as well otherwise, and a second one ends the lab at once. */
async function runToItsEnd(args: readonly string[], folder: string, signal: AbortSignal): Promise<number | null> {
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: [...stdio], detached: true });
  const end = (): boolean => child.kill('SIGINT');
  signal.addEventListener('abort', end);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
  } finally {
    signal.removeEventListener('abort', end);
  }
}
