import { setTimeout as pause } from 'node:timers/promises';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openPlatform } from '../../src/platforms/index.ts';
import { type Ended, scaleLab, start } from '../e2e/cli.ts';
import { engineProblem, hostOfItsOwn, isRequired, labelledTraces, openDocker } from './docker-engine.ts';
import { Workbench } from '../e2e/workbench.ts';

const moments = 20;
/** Runs at the same time: enough to keep a small machine busy, so that calls of the Engine take their time. */
const abreast = 2;
const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGKILL: undefined } as const;
const args = ['run', 'cache-hit', '--platform', 'docker', '--variant', 'cache-aside', '--replicas', '2'];
const short = ['--warmup', '200ms', '--duration', '800ms', '--connections', '4'];

const problem = await engineProblem();
const environment = hostOfItsOwn('kills');

beforeEach((context) => {
  if (problem !== undefined && !isRequired) context.skip(problem);
});

afterAll(async () => {
  if (problem !== undefined) return;
  const platform = await openPlatform('docker', { environment, temporaryFolder: '/nowhere' });
  await platform.clean(new AbortController().signal, { images: true });
});

/** A run in a folder of its own, killed after that time unless it ends before. */
async function runAndKill(
  bench: Workbench,
  name: string,
  signal: (typeof signals)[number],
  afterMs: number,
): Promise<Ended> {
  const running = start([...args, ...short, '--out', name], { cwd: bench.folder, env: bench.env });
  const wait = new AbortController();
  void running.ended.then(() => wait.abort());
  await pause(afterMs, undefined, { signal: wait.signal }).catch(() => undefined);
  running.child.kill(signal);
  return running.ended;
}

test(`a run that is killed leaves nothing, at ${moments} moments of its life`, { timeout: 400_000 }, async () => {
  await using bench = await Workbench.create();
  Object.assign(bench.env, environment, { TMPDIR: bench.temporary });
  const docker = await openDocker();
  const left = async (): Promise<readonly string[]> =>
    labelledTraces(docker, 'host', String(environment.SCALE_LAB_HOST));
  const startedAt = performance.now();
  const whole = await scaleLab([...args, ...short, '--out', 'whole'], { cwd: bench.folder, env: bench.env });
  const lifeMs = performance.now() - startedAt;
  expect([0, 1, 3], whole.err).toContain(whole.code);
  expect(await left()).toEqual([]);

  const killed = async (moment: number): Promise<void> => {
    const signal = signals[moment % signals.length] ?? 'SIGINT';
    const name = `killed-${moment}`;
    const { code, err } = await runAndKill(bench, name, signal, (lifeMs * (moment + 0.5)) / moments);
    // In its first moments it does not listen to signals yet, and dies of them; at the end it may be faster than its killer.
    if (code !== null && code >= 128) expect(code, err).toBe(exitCodes[signal]);
    if (signal === 'SIGKILL') return;
    for (const runId of await readdir(path.join(bench.folder, name)).catch(() => []))
      expect(await labelledTraces(docker, 'run', runId), err).toEqual([]);
  };
  const remaining = Array.from({ length: moments }, (_, moment) => moment);
  await Promise.all(
    Array.from({ length: abreast }, async () => {
      for (let moment = remaining.shift(); moment !== undefined; moment = remaining.shift()) await killed(moment);
    }),
  );
  const clean = await scaleLab(['clean'], { cwd: bench.folder, env: bench.env });
  expect(clean.code, clean.err).toBe(0);
  expect(await left()).toEqual([]);
});
