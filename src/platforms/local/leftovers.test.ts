import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { isLeftOver, ownerLabel, ownerOfRun } from '../../machine/owner.ts';
import { removeRuns } from './leftovers.ts';
import { markVariable } from './own-processes.ts';

test('what could not be ended is told, and keeps the folder that it is found by', { timeout: 60_000 }, async () => {
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'leftovers-'));
  const name = ownerLabel({ ...(await ownerOfRun('stuck')), pid: 2 ** 30 });
  const folder = path.join(temporary, name);
  await mkdir(folder);
  const child = spawn('sleep', ['1000'], { env: { PATH: process.env.PATH, ...markVariable(folder) } });
  await once(child, 'spawn');
  const { signal } = new AbortController();
  const told: string[] = [];
  const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  try {
    expect(await removeRuns(temporary, isLeftOver, signal, (sentence) => told.push(sentence))).toEqual([]);
    expect(told).toEqual([
      `processes of the run stuck could not be ended: ${child.pid} sleep 1000; its folder ${folder} stays`,
    ]);
    expect(await readdir(temporary)).toEqual([name]);
    kill.mockRestore();
    const removed = await removeRuns(temporary, isLeftOver, signal);
    expect(removed.map(({ kind }) => kind)).toEqual(['process', 'folder']);
    expect(await readdir(temporary)).toEqual([]);
  } finally {
    kill.mockRestore();
    child.kill('SIGKILL');
    await rm(temporary, { recursive: true, force: true });
  }
});
