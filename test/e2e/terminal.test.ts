import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import { serve, type TestServer } from '../../src/worker/testing/servers.ts';
import { Screen } from '../fakes/terminal.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
let server: TestServer;
beforeEach(async () => {
  bench = await Workbench.create();
  server = await serve((_request, response) => response.end('ok'));
  await bench.write(
    'scenarios.yaml',
    `version: 1
scenarios:
  mine:
    question: Is it fast?
    target: { url: '${server.url}' }
    workload: [GET /]
    load: { connections: 2, warmup: 1s, duration: 4s }
    expect: [error_rate < 50%]
`,
  );
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

/** The command in a terminal of that width, and what is on its screen. */
function open(columns: number, ...args: readonly string[]) {
  const screen = new Screen(columns, 60);
  const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
  const command = `stty cols ${columns} rows 60; exec '${process.execPath}' '${program}' ${args.join(' ')}`;
  // script(1) gives a command a terminal of its own, and hands on what it shows.
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: bench.folder,
    env: { ...bench.env, TERM: 'xterm-256color', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => screen.show(text));
  return { screen, child, ended: codeOf(child) };
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

describe.each([80, 140])('a terminal of %i columns', (columns) => {
  it('shows what happens while it happens, and at the end the report alone', async () => {
    const { screen, ended } = open(columns, 'run', 'mine');
    let last: readonly string[] = [];
    await expect
      .poll(async () => (last = (await screen.lines()).slice(-2)), { interval: 100 })
      .toEqual([
        expect.stringMatching(/^\[1\/1\] mine: default, 1 replica +\d+ s left$/),
        expect.stringMatching(
          /^ {2}measuring [1-4]\/4 s {2}[\d,.]+ RPS, p50 [\d.]+ ms, p99 [\d.]+ ms, 0 errors {2}[▁-█]+$/,
        ),
      ]);
    expect(last[0]).toHaveLength(columns - 1);
    expect(await ended).toBe(0);
    const lines = await screen.lines();
    expect(lines.filter((line) => line.includes('measuring'))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('[1/1] mine: default, 1 replica: '))).toHaveLength(1);
    expect(lines.join('\n')).toContain('✓ passed       error_rate < 50%');
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 0 inconclusive');
  });
});

describe('Ctrl-C', () => {
  it('once takes down what runs, and reports what was measured', async () => {
    const { screen, child, ended } = open(80, 'run', 'mine', '--rounds', '20', '--duration', '1s', '--warmup', '0s');
    await expect.poll(async () => (await screen.lines()).join('\n'), { timeout: 30_000 }).toMatch(/^\[1\/20\].*RPS/m);
    child.stdin.write('\u0003');
    expect(await ended).toBe(130);
    const text = (await screen.lines()).join('\n');
    expect(text).toContain('stopping: what runs is taken down');
    expect(text).toMatch(/Interrupted: \d+ of 20 trials were measured; there is no verdict\./);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('twice ends it at once', async () => {
    const { screen, child, ended } = open(80, 'run', 'mine', '--duration', '30s', '--warmup', '5s');
    await expect.poll(async () => (await screen.lines()).join('\n')).toMatch(/warm-up \d\/5 s/);
    child.stdin.write('\u0003');
    // A second one that comes before the first has been seen is the same one.
    await expect.poll(async () => (await screen.lines()).join('\n'), { interval: 5 }).toContain('stopping');
    child.stdin.write('\u0003');
    expect(await ended).toBe(130);
  });
});
