import { execFileSync, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import { ProgramFolder } from '../fakes/program-folder.ts';
import { scaleLab, start, type Running } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const signals = Object.keys(codes) as readonly (keyof typeof codes)[];
const words = { SIGHUP: 'The terminal was closed.', SIGINT: 'Interrupted.', SIGTERM: 'Terminated.' } as const;

const lab = (args: readonly string[], env: NodeJS.ProcessEnv = bench.env): Running =>
  start(args, { cwd: bench.folder, env });

/** A pipe that nobody writes to: whoever reads it waits for ever. */
async function pipeAt(...parts: readonly string[]): Promise<void> {
  const file = path.join(bench.folder, ...parts);
  await mkdir(path.dirname(file), { recursive: true });
  execFileSync('mkfifo', [file]);
}

/** Until somebody reads the pipe: only then it can be opened to be written to. It stays open, and nothing is written. */
async function untilRead(...parts: readonly string[]): Promise<void> {
  const file = path.join(bench.folder, ...parts);
  const opened = async (): Promise<FileHandle | undefined> =>
    open(file, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined);
  await expect
    .poll(
      async () => {
        const handle = await opened();
        if (handle !== undefined) onTestFinished(async () => handle.close());
        return handle !== undefined;
      },
      { timeout: 30_000 },
    )
    .toBe(true);
}

describe('a command that only reads', () => {
  it.each([
    'report pipe',
    'validate pipe',
    'list --file pipe',
    'explain mine --file pipe',
    'manifests mine --file pipe',
    'compare pipe pipe',
    'run --file pipe --dry-run',
    'run --file pipe',
  ])('ends at the first signal: %s', async (command) => {
    await pipeAt('pipe');
    const running = lab(command.split(' '));
    await untilRead('pipe');
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, err: 'Interrupted.\n' });
  });

  it('ends at the first signal: history', async () => {
    await pipeAt('results', 'a', 'run.json');
    const running = lab(['history']);
    await untilRead('results', 'a', 'run.json');
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, err: 'Interrupted.\n' });
  });

  it.each(signals)('ends at the first signal, whichever: %s', async (signal) => {
    await pipeAt('pipe');
    const running = lab(['report', 'pipe']);
    await untilRead('pipe');
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ code: codes[signal], err: `${words[signal]}\n` });
  });

  it.each(signals)('ends at the first signal, with what it has started: %s', async (signal) => {
    const programs = new ProgramFolder().add('minikube', 'exec sleep 600');
    const running = lab(['doctor', 'minikube'], { ...bench.env, ...programs.environment });
    await expect.poll(() => programs.calls.length, { timeout: 30_000 }).toBe(2);
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ code: codes[signal], err: `${words[signal]}\n` });
  });

  it('ends at the first signal while it waits for an answer of a person', async () => {
    await bench.write(
      'scenarios.yaml',
      'version: 1\nscenarios: { a: { question: Q?, workload: [GET /todos/1], variants: { x: {}, y: {} } } }\n',
    );
    const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
    const child = spawn(process.execPath, [program, 'run', 'a', '--predict'], { cwd: bench.folder, env: bench.env });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await expect.poll(() => said, { timeout: 30_000 }).toContain('? ');
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});

/** What the target has logged, in the folder of the run. */
async function targetLog(): Promise<string> {
  const [folder = ''] = (await readdir(bench.temporary)).filter((name) => name.startsWith('scale-lab-'));
  return readFile(path.join(bench.temporary, folder, 'target-1.log'), 'utf8').catch(() => '');
}

describe('a command that starts something', { timeout: 120_000 }, () => {
  beforeEach(async () => {
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  todos: { question: Q?, workload: [GET /todos/1], load: { connections: 1, duration: 30s } }
  never-ready:
    question: Q?
    workload: [GET /]
    target: { command: 'exec sleep 600', ready-limit: 10m }
  stays:
    question: Q?
    workload: [GET /]
    load: { connections: 1, warmup: 0s, duration: 30s }
    target: { command: 'exec ${process.execPath} stays.js' }
`,
    );
    await bench.write(
      'stays.js',
      `process.on('SIGTERM', () => console.log('asked to end'));
require('node:http').createServer((_, answer) => answer.end()).listen(process.env.PORT);\n`,
    );
  });

  it.each(signals)('takes it down first, and says how it ended: %s', async (signal) => {
    const running = lab(['run', 'todos']);
    await running.says('[1/1]');
    running.child.kill(signal);
    const { code, err } = await running.ended;
    expect(code, err).toBe(codes[signal]);
    expect(err).toContain(words[signal]);
    expect((await bench.onlyRun()).status).toBe('interrupted');
  });

  it.each(signals)('heeds a signal while something does not become ready: %s', async (signal) => {
    const running = lab(['run', 'never-ready']);
    await running.says('target starts');
    running.child.kill(signal);
    const { code, err } = await running.ended;
    expect(code, err).toBe(codes[signal]);
    expect(err).not.toContain('was not ready');
  });

  it('is ended by up as a person ends it, and otherwise as it was ended', async () => {
    for (const [signal, code] of [
      ['SIGINT', 0],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const running = lab(['up', 'todos']);
      await running.says('It runs until Ctrl-C');
      running.child.kill(signal);
      expect((await running.ended).code).toBe(code);
      expect(await bench.leftovers()).toEqual([]);
    }
  });

  it.each([
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
    ['SIGHUP', 'SIGHUP'],
  ] as const)(
    'ends at once by a second signal, whichever: %s, %s; clean removes what is left',
    async (first, second) => {
      const running = lab(['run', 'stays', '--verbose']);
      await running.says('measuring');
      running.child.kill(first);
      await running.says('stopping');
      // It does not do what it is asked: its time of grace goes on.
      await expect.poll(targetLog, { timeout: 30_000 }).toContain('asked to end');
      running.child.kill(second);
      expect((await running.ended).code).toBe(codes[second]);
      expect(await bench.leftovers()).not.toEqual([]);
      const cleaned = await scaleLab(['clean'], { cwd: bench.folder, env: bench.env });
      expect(cleaned.code, cleaned.err).toBe(0);
      expect(cleaned.out).toContain('removed process of run');
    },
  );
});
