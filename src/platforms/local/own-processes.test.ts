import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { processStatus } from '../../machine/owner.ts';
import {
  candidatesIn,
  endOwnProcesses,
  findOwnProcesses,
  isServerIn,
  markDescriptor,
  markOf,
  markVariable,
  openMark,
  printedByTools,
  unendedOf,
} from './own-processes.ts';

describe('what ps and lsof print', () => {
  const mark = { variable: 'SCALE_LAB_RUN=scale-lab-r-1-2-0-0', file: '/tmp/scale-lab-r-1-2-0-0/mark' };
  const candidates = (commands: string, environments: string, files = '') =>
    candidatesIn({ commands, environments, files }, mark).map(({ pid, isMarked }) => [pid, isMarked]);

  it('shows a mark in the environment, and none in an argument or in part of a variable', () => {
    const commands = [
      '  1 0 Ss /sbin/launchd',
      ' 20 1 S node server.js',
      ` 21 20 S+ grep ${mark.variable}`,
      ' 22 1 S sh',
    ].join('\n');
    const environments = [
      '  1 0 Ss /sbin/launchd',
      ` 20 1 S node server.js PATH=/bin ${mark.variable} HOME=/root`,
      ` 21 20 S+ grep ${mark.variable} PATH=/bin`,
      ` 22 1 S sh A=${mark.variable}0 ${mark.variable}1`,
    ].join('\n');
    expect(candidates(commands, environments)).toEqual([
      [1, false],
      [20, true],
      [21, false],
      [22, false],
    ]);
  });

  it('shows who has the file open', () => {
    const commands = ' 20 1 S nginx: worker process\n 21 1 S tail -f x\n';
    const files = `p20\nf100\nn${mark.file}\np21\nf100\nn/tmp/scale-lab-r-1-2-0-0/nginx.log\n`;
    expect(candidates(commands, commands, files)).toEqual([
      [20, true],
      [21, false],
    ]);
  });

  it('shows zombies that are none of ours any more', () => {
    expect(candidates(' 20 1 Z (node) defunct\n', ` 20 1 Z (node) defunct ${mark.variable}\n`)).toEqual([]);
  });
});

test.each([
  [true, ['postgres', '-D', '/tmp/run-1/postgres', '-p', '5432']],
  [true, ['postgres', '-D', '/real/run-1/postgres']],
  [false, ['postgres', '-D', '/tmp/run-10/postgres']],
  [false, ['postgres', '-D', '/var/lib/tmp/run-1/postgres']],
  [false, ['tail', '-f', '/tmp/run-1/postgres.log']],
  [false, ['/tmp/run-1/postgres', '-D']],
])('it is %s that a PostgreSQL of the run is what has the arguments %j', (isOurs, args) => {
  expect(isServerIn(['/tmp/run-1', '/real/run-1'], args)).toBe(isOurs);
});

describe('the processes of a run', () => {
  let folder: string;
  const started: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'own-processes-'));
  });
  afterEach(async () => {
    for (const { pid } of started.splice(0)) endGroup(pid);
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts a shell script in the folder, with the marks given, and waits until it has said something: the ids of processes. */
  async function start(script: string, { variable = false, file = false } = {}): Promise<readonly number[]> {
    await using mark = await openMark(folder);
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit'];
    while (file && stdio.length < markDescriptor) stdio.push('ignore');
    if (file) stdio.push(mark.fd);
    const env = { PATH: process.env.PATH, ...(variable ? markVariable(folder) : {}) };
    const child = spawn('/bin/sh', ['-c', script], { cwd: folder, env, stdio, detached: true });
    started.push(child);
    if (child.stdout === null) throw new Error('it has no output');
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return String(said).trim().split(' ').map(Number);
  }

  const found = async (): Promise<readonly number[]> =>
    (await findOwnProcesses(folder)).map(({ pid }) => pid).sort((one, other) => one - other);

  it('are not those that work in its folder, or read in it', async () => {
    const [stranger = 0] = await start('touch log; tail -f log mark >/dev/null & echo $!; wait');
    expect(await found()).toEqual([]);
    expect(await endOwnProcesses(folder)).toEqual({ ended: [], alive: [] });
    expect(() => process.kill(stranger, 0)).not.toThrow();
  });

  it('are known by their environment', async () => {
    const own = await start('sleep 1000 & echo $$ $!; wait', { variable: true });
    expect(await found()).toEqual(own);
  });

  it('are known by their open file, where nothing is left of their environment', async () => {
    const own = await start('env -i sleep 1000 & echo $$ $!; wait', { file: true });
    expect(await found()).toEqual(own);
  });

  it('are known by their parent, where they have neither', async () => {
    const own = await start('env -i sleep 1000 & echo $$ $!; wait', { variable: true });
    expect(await found()).toEqual(own);
  });

  it('are ended wherever they are: one that has left its group, its folder and its parent, too', async (context) => {
    if (process.platform !== 'linux') context.skip('there is no setsid');
    const [daemon = 0] = await start('cd /; setsid sh -c "trap : INT; while :; do sleep 1000; done" & echo $!', {
      variable: true,
    });
    // The shell that started it goes on for a moment after its last word.
    await vi.waitUntil(() => started.at(-1)?.exitCode === 0, { timeout: 10_000 });
    expect(await found()).toContain(daemon);
    const { ended, alive } = await endOwnProcesses(folder, 200);
    expect([ended[0]?.pid, alive]).toEqual([daemon, []]);
    expect(await found()).toEqual([]);
    // Nobody may have taken note of its end.
    expect((await processStatus(daemon))?.zombie ?? true).toBe(true);
  });

  it('are told where they cannot be ended', async () => {
    const [own = 0] = await start('echo $$; sleep 1000; :', { variable: true });
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    });
    const ending = await endOwnProcesses(folder, 50).finally(() => kill.mockRestore());
    expect(ending.ended).toEqual([]);
    expect(unendedOf(ending)).toContain(`could not be ended: ${own} /bin/sh -c echo $$; sleep 1000; :`);
  });

  it('are found by ps and lsof as well', async (context) => {
    const { commands, files } = await printedByTools();
    if (commands === '') context.skip('there is no ps');
    const [byVariable] = await start('echo $$; sleep 1000; :', { variable: true });
    const [byFile] = await start('echo $$; sleep 1000; :', { file: true });
    const [stranger] = await start('echo $$; sleep 1000; :');
    const marked = candidatesIn(await printedByTools(), markOf(folder)).filter(({ isMarked }) => isMarked);
    const pids = marked.map(({ pid }) => pid);
    expect(pids).toContain(byVariable);
    expect(pids).not.toContain(stranger);
    if (files === '' && !pids.includes(byFile ?? 0)) context.skip('there is no lsof');
    expect(pids).toContain(byFile);
  });
});

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
