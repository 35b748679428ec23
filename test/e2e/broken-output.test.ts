import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
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

/** How a command ended, and what it said on the stream that was left to it. */
interface Left {
  readonly code: number | null;
  readonly said: string;
}

/** Runs the command with one of its streams at a file that cannot be written to. */
async function withFile(file: string, stream: 'out' | 'err', args: readonly string[]): Promise<Left> {
  const broken = await open(file, 'r+');
  const child = spawn(process.execPath, [program, ...args], {
    cwd: bench.folder,
    env: bench.env,
    stdio: ['ignore', stream === 'out' ? broken.fd : 'pipe', stream === 'err' ? broken.fd : 'pipe'],
  });
  let said = '';
  const other = stream === 'out' ? child.stderr : child.stdout;
  other?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await broken.close();
  return { code, said };
}

/** Runs the command with a reader of one of its streams that goes away: as `head -1` does, or `true`, which reads nothing. */
async function withReader(reader: 'head -1' | 'true', stream: 'out' | 'err', args: readonly string[]): Promise<Left> {
  const child = spawn(process.execPath, [program, ...args], { cwd: bench.folder, env: bench.env });
  const [read, other] = stream === 'out' ? [child.stdout, child.stderr] : [child.stderr, child.stdout];
  let said = '';
  other.setEncoding('utf8').on('data', (text: string) => (said += text));
  if (reader === 'true') read.destroy();
  else read.once('data', () => read.destroy());
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said };
}

// Its events on standard output as they happen, or its steps on standard error.
const run = (stream: 'out' | 'err'): readonly string[] => [
  ...['run', 'cache-hit', '--variant', 'cache-aside', '--replicas', '1'],
  stream === 'out' ? '--json' : '--verbose',
];

describe('a command whose output cannot be written', { timeout: 120_000 }, () => {
  beforeEach((context) => {
    if (!existsSync('/dev/full')) context.skip('there is no /dev/full');
  });

  it('ends with exit code 4 and says so', async () => {
    const { code, said } = await withFile('/dev/full', 'out', ['list']);
    expect(code, said).toBe(4);
    expect(said).toMatch(/^error: Standard output cannot be written to: ENOSPC/);
    expect(said).not.toContain('bug');
  });

  it('says so of a disk that fails, too', async () => {
    // The first page of a process's memory is nowhere: to write there is an input/output error.
    const { code, said } = await withFile('/proc/self/mem', 'out', ['list']);
    expect(code, said).toBe(4);
    expect(said).toMatch(/^error: Standard output cannot be written to: EIO/);
  });

  it.each(['out', 'err'] as const)('takes down what runs: standard %s', async (stream) => {
    const { code, said } = await withFile('/dev/full', stream, run(stream));
    expect(code, said).toBe(4);
    expect(said.match(/Standard (output|error) cannot be written to/g)).toHaveLength(1);
    expect((await bench.onlyRun()).status).toBe('interrupted');
  });
});

describe('a command whose reader goes away', { timeout: 120_000 }, () => {
  it.each(['out', 'err'] as const)('takes down what runs, and says so on the other stream: %s', async (stream) => {
    const { code, said } = await withReader('head -1', stream, run(stream));
    expect(code, said).toBe(141);
    expect(said.match(/^error: Standard (output|error) was closed/gm)).toHaveLength(1);
    expect((await bench.onlyRun()).status).toBe('interrupted');
  });

  it('ends as ever where all is done by then', async () => {
    expect(await withReader('true', 'out', ['list'])).toEqual({ code: 0, said: '' });
  });

  it('has the exit code of its run where that is over by then, and keeps its reports', async () => {
    const claims = 'trust: { utilisation: 100%, lag: 1m, samples: 1 }, expect: [error_rate == 0, p50 < 1us]';
    const load = 'load: { connections: 1, duration: 2s, warmup: 0s }';
    await bench.write(
      'scenarios.yaml',
      `version: 1\nscenarios: { a: { question: Is it?, workload: [GET /todos/1], ${load}, ${claims} } }\n`,
    );
    // A page that is larger than a pipe: its reader goes away while it is written.
    const { code, said } = await withReader('head -1', 'out', ['run', 'a', '--reporter', 'html']);
    expect(code, said).toBe(1);
    const { id, status } = await bench.onlyRun();
    expect(status).toBe('complete');
    expect(existsSync(path.join(bench.folder, 'results', id, 'report.md'))).toBe(true);
  });
});

/** Throws aside once that has happened in the process that a script is put into before the lab. */
const bugAfter = (event: string): string =>
  `data:text/javascript,${encodeURIComponent(`process.on('newListener', (name) => name === 'uncaughtException' && ${event});`)}`;

describe('a bug aside', { timeout: 120_000 }, () => {
  it('is told of, and is exit code 4, also where the command is done all the same', async () => {
    const bug = bugAfter("setImmediate(() => { throw new Error('aside'); })");
    const child = spawn(process.execPath, ['--import', bug, program, 'list'], { cwd: bench.folder, env: bench.env });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(await ended, err).toBe(4);
    expect(out).toContain('cache-hit');
    expect(err).toMatch(/^error: aside\n {2}This is a bug/);
  });

  it('is told of while an interruption is seen to, which goes on to its end', async () => {
    const bug = bugAfter("process.on('SIGINT', () => setImmediate(() => { throw new Error('aside'); }))");
    const child = spawn(process.execPath, ['--import', bug, program, ...run('err')], {
      cwd: bench.folder,
      env: bench.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      if (!said.includes('PostgreSQL') && piece.includes('PostgreSQL')) child.kill('SIGINT');
      said += piece;
    });
    expect(await new Promise<number | null>((resolve) => child.once('close', resolve)), said).toBe(4);
    expect(said).toContain('error: aside\n  This is a bug');
    expect(said).toContain('Interrupted.');
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
