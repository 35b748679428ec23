import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import { runProgram } from '../../src/machine/program.ts';
import { scaleLab, start } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await Workbench.create();
  // What is on an Engine or in a cluster is none of this.
  Object.assign(bench.env, { DOCKER_HOST: 'unix:///nowhere.sock', KUBECONFIG: '/dev/null' });
  await bench.write(
    'scenarios.yaml',
    `version: 1
scenarios:
  mine:
    question: Does it last?
    workload: ['GET /todos/{todo}']
    keys: { todo: { uniform: 100 } }
`,
  );
});
afterEach(async () => bench[Symbol.asyncDispose]());

const options = () => ({ cwd: bench.folder, env: bench.env });

/** The folders of the runs that there are now; minikube writes down beside them what it is asked. */
async function runFolders(): Promise<readonly string[]> {
  const names = await readdir(bench.temporary);
  return names.filter((name) => name.startsWith('scale-lab-')).map((name) => path.join(bench.temporary, name));
}

/** The folder of the only run. */
async function runFolder(): Promise<string> {
  const [folder = '', ...others] = await runFolders();
  expect([folder === '', others]).toEqual([false, []]);
  return folder;
}

describe('who the lab has not started', { timeout: 120_000 }, () => {
  it('may look into the folder of a run, and outlives it', async () => {
    const running = start(['run', 'mine', '--duration', '2s', '--warmup', '0s'], options());
    await running.says('PostgreSQL starts');
    const shell = spawn('/bin/sh', ['-c', 'sleep 1000; :'], {
      cwd: await runFolder(),
      stdio: 'ignore',
      detached: true,
    });
    onTestFinished(() => void process.kill(-(shell.pid ?? 0), 'SIGKILL'));
    const { code, err } = await running.ended;
    // A busy machine may leave a claim open.
    expect([0, 3], err).toContain(code);
    expect(await runFolders()).toEqual([]);
    expect(shell).toMatchObject({ exitCode: null, signalCode: null });
  });
});

describe('a lab in another pid namespace, with the same temporary folder', { timeout: 120_000 }, () => {
  const unshare = ['--pid', '--fork', '--mount-proc', '--kill-child'];
  const labInside = [...unshare, process.execPath, path.join(packageFolder, 'dist/cli/main.js')];
  const { signal } = new AbortController();

  /** Runs a command of the lab to its end, in a pid namespace of its own. */
  const inside = async (args: readonly string[], stop = signal) =>
    runProgram('unshare', [...labInside, ...args], { environment: bench.env }, stop);

  beforeEach(async (context) => {
    const problem = await runProgram('unshare', [...unshare, 'true'], { environment: process.env }, signal).then(
      () => undefined,
      () => 'no pid namespace may be made here',
    );
    if (problem !== undefined) context.skip(problem);
  });

  it('does not take what runs here for dead', async () => {
    const running = start(['up', 'mine'], options());
    await running.says('It runs until Ctrl-C');
    const folder = await runFolder();
    for (const command of ['clean', 'down']) expect((await inside([command])).output).toBe('nothing to remove\n');
    expect((await inside(['clean'])).errors).toContain('was started in another container (pid namespace)');
    expect(await runFolder()).toBe(folder);
    running.child.kill('SIGINT');
    expect([0, 3]).toContain((await running.ended).code);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('is not taken for dead here', async () => {
    const ended = new AbortController();
    const running = inside(['up', 'mine', '--file', path.join(bench.folder, 'scenarios.yaml')], ended.signal);
    running.catch(() => undefined);
    await expect.poll(runFolders, { timeout: 30_000 }).toHaveLength(1);
    const { out, err } = await scaleLab(['clean'], options());
    expect(out).toBe('nothing to remove\n');
    expect(err).toContain('was started in another container (pid namespace), and is left alone');
    expect(await runFolders()).toHaveLength(1);
    ended.abort();
    await expect(running).rejects.toThrow();
  });
});
