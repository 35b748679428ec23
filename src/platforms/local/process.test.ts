import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { processStatus } from '../../machine/owner.ts';
import { familyOf, lookAtProcesses } from './process-table.ts';
import { LocalProcess } from './process.ts';

const { signal } = new AbortController();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'process-'));
  // One that counts for ever, beside a child that has left the group and does so as well, as PostgreSQL's do.
  const child = `let n = 0; setInterval(() => console.log('child', n++), 10);`;
  await writeFile(
    path.join(folder, 'family.mjs'),
    `import { spawn } from 'node:child_process';
spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { detached: true, stdio: 'inherit' });
let n = 0;
setInterval(() => console.log('parent', n++), 10);`,
  );
});
afterAll(async () => rm(folder, { recursive: true }));

/** A process with a child in a group of its own, both of which have logged something. */
async function startFamily(log: string): Promise<{ readonly parent: LocalProcess; readonly pids: readonly number[] }> {
  const parent = await LocalProcess.start(
    {
      service: 'family',
      copy: 'family',
      name: 'family',
      command: process.execPath,
      args: [path.join(folder, 'family.mjs')],
      environment: {},
      folder,
      log,
      stopSignal: 'SIGTERM',
      graceMs: 5_000,
    },
    signal,
  );
  await parent.ready(
    parent.logged((text) => /child \d/.test(text) || undefined),
    signal,
  );
  const pids = familyOf(parent.child.pid, (await lookAtProcesses(new Set())).processes).map(({ pid }) => pid);
  onTestFinished(async () => {
    for (const pid of await alive(pids)) process.kill(pid, 'SIGKILL');
  });
  expect(pids).toHaveLength(2);
  return { parent, pids };
}

/** Those of them that are there. */
async function alive(pids: readonly number[]): Promise<readonly number[]> {
  const statuses = await Promise.all(pids.map(async (pid) => ({ pid, status: await processStatus(pid) })));
  return statuses.flatMap(({ pid, status }) => (status === undefined || status.zombie ? [] : [pid]));
}

test('one that is paused does nothing, nor what it has started, until it goes on', async () => {
  const { parent } = await startFamily('paused.log');
  await parent.pause();
  // The kernel may take a moment to halt what runs.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = await parent.log();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await parent.log()).toBe(before);
  expect(parent.end).toBeUndefined();
  await parent.resume();
  await expect.poll(() => parent.log()).not.toBe(before);
});

test('one that is paused hears that it is to stop', async () => {
  const { parent } = await startFamily('stopped.log');
  await parent.pause();
  await parent.stop();
  expect(parent.end).toBe('was killed by SIGTERM');
});

test('one that is killed is gone with all that it has started', async () => {
  const { parent, pids } = await startFamily('killed.log');
  await parent.kill();
  expect(parent.end).toBe('was killed by SIGKILL');
  expect(await alive(pids)).toEqual([]);
});

test('one whose files were removed says so when it has ended', async () => {
  const gone = await mkdtemp(path.join(folder, 'gone-'));
  const called = { service: 'server', copy: 'server', name: 'server' };
  const description = { ...called, command: '/bin/sh', args: ['-c', 'read -r _; exit 3'], environment: {} };
  const server = await LocalProcess.start(
    { ...description, folder: gone, log: 'server.log', piped: true, graceMs: 0 },
    signal,
  );
  await rm(gone, { recursive: true });
  server.child.stdin?.end();
  const error = await server.failure(await server.ended);
  expect(error.message).toBe('server exited with code 3.');
  expect(error.hint).toContain(`The files of the run in ${gone} were removed while it went on`);
});
