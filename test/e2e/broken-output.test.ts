import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/package.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const program = path.join(packageFolder, 'dist', 'cli', 'main.js');

/** Runs the command with one of its streams on a disk that is full; what it said on the other. */
async function withFull(
  stream: 'out' | 'err',
  args: readonly string[],
): Promise<{ code: number | null; said: string }> {
  const full = await open('/dev/full', 'w');
  const child = spawn(process.execPath, [program, ...args], {
    cwd: bench.folder,
    env: bench.env,
    stdio: ['ignore', stream === 'out' ? full.fd : 'pipe', stream === 'err' ? full.fd : 'pipe'],
  });
  let said = '';
  const other = stream === 'out' ? child.stderr : child.stdout;
  other?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await full.close();
  return { code, said };
}

describe('a command whose output cannot be written', { timeout: 120_000 }, () => {
  beforeEach((context) => {
    if (!existsSync('/dev/full')) context.skip('there is no /dev/full');
  });

  it('ends with exit code 4 and says so', async () => {
    const { code, said } = await withFull('out', ['list']);
    expect(code, said).toBe(4);
    expect(said).toMatch(/^error: Standard output cannot be written to: ENOSPC/);
    expect(said).not.toContain('bug');
  });

  it.each(['out', 'err'] as const)('takes down what runs: standard %s', async (stream) => {
    // Its events on standard output as they happen, or its steps on standard error.
    const { code, said } = await withFull(stream, ['run', 'cache-hit', stream === 'out' ? '--json' : '--verbose']);
    expect(code, said).toBe(4);
    expect(said.match(/Standard (output|error) cannot be written to/g)).toHaveLength(1);
    expect((await bench.onlyRun()).status).toBe('interrupted');
  });
});

describe('a folder', () => {
  it('that was deleted while one is in it ends a command with exit code 4, and is no bug', async () => {
    const folder = path.join(bench.folder, 'gone');
    await mkdir(folder);
    const child = spawn('sh', ['-c', `rmdir ../gone; exec '${process.execPath}' '${program}' gate`], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect(code, said).toBe(4);
    expect(said).toContain('error: The working folder is not there any more.');
  });

  it('that cannot be made is told of at once', async () => {
    const { code, err } = await scaleLab(['init', '/proc/nope/x'], { cwd: bench.folder, env: bench.env });
    expect(code, err).toBe(4);
    expect(err).toContain('/proc/nope/x/scenarios.yaml cannot be written');
  });

  it('that cannot be made for a report, neither', async () => {
    await bench.write('scenarios.yaml', 'version: 1\nscenarios: { a: { question: Is it?, workload: [GET /] } }\n');
    const folder = '/proc/nope/x';
    const ran = await scaleLab(
      ['run', 'a', '--duration', '500ms', '--warmup', '0s', '--save', `markdown=${folder}/r.md`],
      {
        cwd: bench.folder,
        env: bench.env,
      },
    );
    expect(ran.code, ran.err).toBe(4);
    expect(ran.err).toContain(`The report cannot be written to ${folder}/r.md`);
  });
});

describe('a mask that forbids nothing', () => {
  it('leaves nothing that others may write to, neither where the run is nor in its results', async () => {
    await bench.write('scenarios.yaml', 'version: 1\nscenarios: { a: { question: Is it?, workload: [GET /] } }\n');
    const command = `umask 000; exec '${process.execPath}' '${program}' run a --duration 4s --replicas 2`;
    const child = spawn('sh', ['-c', command], { cwd: bench.folder, env: bench.env, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const nginx = async (): Promise<readonly string[]> =>
      (await readdir(bench.temporary, { recursive: true })).filter((name) => name.endsWith('nginx.conf'));
    await expect.poll(nginx, { timeout: 30_000 }).not.toEqual([]);
    expect(await writableByOthers(bench.temporary)).toEqual([]);
    await ended;
    expect(await writableByOthers(path.join(bench.folder, 'results'))).toEqual([]);
  });
});

/** What is in a folder that anybody may write to. */
async function writableByOthers(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const found = await Promise.all(
    names.map(async (name) => {
      const status = await lstat(path.join(folder, name)).catch(() => undefined);
      return status === undefined || status.isSymbolicLink() || (status.mode & 0o022) === 0 ? [] : [name];
    }),
  );
  return found.flat();
}
