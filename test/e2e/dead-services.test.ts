import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInhabitants } from '../inhabitants.ts';
import { start, type Running } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await Workbench.create();
  await bench.write(
    'scenarios.yaml',
    `version: 1
scenarios:
  mine:
    question: Does it last?
    workload: ['GET /todos/{todo}']
    keys: { todo: { uniform: 100 } }
    variants: { plain: {}, cached: { app: { cache: aside } } }
`,
  );
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

/** Kills what of a run has this in its command. */
async function kill(part: string): Promise<void> {
  const own = (await findInhabitants(bench.temporary)).filter(({ command }) => command.includes(part));
  expect(own, part).not.toEqual([]);
  for (const { pid } of own) process.kill(pid, 'SIGKILL');
}

const lab = (...args: readonly string[]): Running => start([...args], { cwd: bench.folder, env: bench.env });

describe('a service that dies', { timeout: 120_000 }, () => {
  it.each([
    ['bin/postgres', 'PostgreSQL was killed by SIGKILL.', 'database system is ready'],
    ['redis-server', 'Redis was killed by SIGKILL.', 'Ready to accept connections'],
    ['master process', 'nginx was killed by SIGKILL.', 'start worker process'],
    ['target-app.mjs serve', 'app-1 was killed by SIGKILL. app-2 was killed by SIGKILL.', 'listening'],
  ])('%s ends the run with its name and its log, and the trial is kept and marked', async (part, sentence, logged) => {
    const load = ['--duration', '3s', '--warmup', '500ms', '--rounds', '2'];
    const running = lab('run', 'mine', '--variant', 'plain', '--replicas', '2', ...load);
    await running.says('[1/2]');
    await running.says('nginx starts');
    // In the load: its workers are there.
    await expect
      .poll(async () => (await findInhabitants(bench.temporary)).some(({ command }) => command.includes('load-worker')))
      .toBe(true);
    await kill(part);
    const { code, err } = await running.ended;
    expect(code, err).toBe(4);
    expect(err).toContain(`error: ${sentence}`);
    expect(err.slice(err.indexOf('error: '))).toContain(logged);
    expect(err).not.toMatch(/app-setup|ECONNREFUSED/);
    const { status, problem, trials } = await bench.onlyRun();
    expect({ status, problem }).toEqual({ status: 'broken off', problem: sentence });
    expect(trials).toHaveLength(1);
    const died = trials[0]?.caveats.filter(({ kind }) => kind === 'died') ?? [];
    expect(died.map(({ text }) => text).join(' ')).toContain('killed by SIGKILL in this trial');
    for (const metric of ['rps', 'p50', 'error_rate', 'errors']) expect(died[0]?.doubts).toContain(metric);
  });

  it('is told of by up, which stays until Ctrl-C', async () => {
    const running = lab('up', 'mine', '--replicas', '2');
    await running.says('It runs until Ctrl-C');
    await kill('redis-server');
    await running.says('error: Redis was killed by SIGKILL.');
    await running.says('Nothing works without it any more');
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });
});
