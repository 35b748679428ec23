import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LabError } from '../../model/errors.ts';
import { RunContext } from './run-context.ts';

const { signal } = new AbortController();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'run-context-'));
});
afterAll(async () => rm(folder, { recursive: true }));

/** Runs a script to its end. */
async function finish(script: string, limitMs: number, stop = signal): Promise<unknown> {
  const run = new RunContext(folder, {}, () => undefined);
  const setup = { service: 'app', copy: 'app-setup', name: 'app-setup' };
  const program = { ...setup, command: 'sh', args: ['-c', script], environment: {}, folder };
  const ending = { log: 'setup.log', stopSignal: 'SIGTERM', graceMs: 2_000 } as const;
  return run.finish({ ...program, ...ending }, stop, limitMs).catch((error: unknown) => error);
}

it('a program that stands still is ended when its time is up, with the end of its log', async () => {
  const script = 'echo $$ laid half of it; exec sleep 1000';
  const error = await finish(script, 3_000);
  expect(error).toBeInstanceOf(LabError);
  expect(error).toMatchObject({
    message: 'app-setup was not done after 3 s: it, or what it works with, stands still.',
    details: [expect.stringMatching(/^\d+ laid half of it$/)],
  });
  const [pid] = error instanceof LabError ? (error.details[0]?.split(' ') ?? []) : [];
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
});

it('a program that ends by itself is judged by its exit code', async () => {
  expect(await finish('true', 30_000)).toBeUndefined();
  expect(await finish('echo no room; exit 3', 30_000)).toMatchObject({
    message: 'app-setup exited with code 3.',
    details: ['no room'],
  });
});

it('a signal that is given meanwhile is what is told', async () => {
  const stopped = new Error('stopped');
  const stop = AbortSignal.abort(stopped);
  expect(await finish('exec sleep 1000', 30_000, stop)).toBe(stopped);
});
