import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import { serve, type TestServer } from '../../src/worker/testing/servers.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
let server: TestServer;

beforeEach(async () => {
  bench = await Workbench.create();
  server = await serve((_, response) => response.end('hello'));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

/** Runs the command where no file has room for more than so many blocks of 1 KiB: a disk that is full for what is larger. */
async function within(blocks: number, args: readonly string[]): Promise<{ code: number | null; err: string }> {
  const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
  const script = `ulimit -f ${blocks} && exec "$@"`;
  const child = spawn('bash', ['-c', script, 'bash', process.execPath, program, ...args], {
    cwd: bench.folder,
    env: bench.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return { code: await new Promise<number | null>((resolve) => child.once('close', resolve)), err };
}

it('a disk that is full in the middle of a run leaves the record of before, which says how it ended, and no part of another', async () => {
  await bench.write(
    'scenarios.yaml',
    `version: 1
scenarios:
  a: { question: Q?, workload: [GET /], target: { url: '${server.url}' }, load: { warmup: 0s, duration: 300ms }, rounds: 3 }
`,
  );
  const { code, err } = await within(4, ['run', 'a']);
  expect(code, err).toBe(4);
  expect(err).toMatch(/^error: Results cannot be written to .*: E(FBIG|NOSPC)/m);
  expect(err).toContain('hint: Name another folder with --out, or make room there.');
  const { id, status, trials } = await bench.onlyRun();
  expect({ status, trials }).toEqual({ status: 'broken off', trials: [] });
  // The page is smaller than the record, and has what was measured.
  const folder = path.join(bench.folder, 'results', id);
  expect((await readdir(folder)).sort()).toEqual(['report.md', 'run.json']);
  expect(await readFile(path.join(folder, 'report.md'), 'utf8')).toContain('Broken off: 1 of 3 trials were measured');
  const report = await scaleLab(['report', `results/${id}`], { cwd: bench.folder, env: bench.env });
  expect(report.code, report.err).toBe(0);
  expect(report.out).toContain('Broken off: 0 of 3 trials were measured');
});

it('a report that has no room leaves the one of before', async () => {
  await bench.write('page.html', 'the one of before');
  const run = `version: 1\nscenarios: { a: { question: Q?, workload: [GET /], target: { url: '${server.url}' }, load: { warmup: 0s, duration: 300ms } } }\n`;
  await bench.write('scenarios.yaml', run);
  expect((await scaleLab(['run', 'a'], { cwd: bench.folder, env: bench.env })).code).toBe(0);
  const { id } = await bench.onlyRun();
  const { code, err } = await within(16, ['report', `results/${id}`, '--save', 'html=page.html']);
  expect(code, err).toBe(4);
  expect(err).toContain('The report cannot be written to page.html');
  expect((await readdir(bench.folder)).filter((name) => name.startsWith('page'))).toEqual(['page.html']);
});
