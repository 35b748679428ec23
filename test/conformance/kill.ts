import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { PlatformName } from '../../src/platforms/platform.ts';
import { type Ended, scaleLab, start } from '../e2e/cli.ts';
import { Workbench } from '../e2e/workbench.ts';

/** Where runs are killed, and how what they leave is found. */
export interface Killing {
  readonly platform: PlatformName;
  /** With a SCALE_LAB_HOST of its own. */
  readonly environment: NodeJS.ProcessEnv;
  /** At how many moments of its life a run is killed. */
  readonly moments: number;
  /** What carries that label with that value, one line each. */
  readonly traces: (key: 'run' | 'host', value: string) => Promise<readonly string[]>;
}

/** Runs at the same time: enough to keep a small machine busy, so that what is asked of the platform takes its time. */
const abreast = 2;
const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGKILL: 137 } as const;
/** Those of runs that nobody kills: nothing is said of what they measure in so short a time. */
const wellEnded: readonly (number | null)[] = [0, 1, 3];
const short = ['--warmup', '200ms', '--duration', '800ms', '--connections', '4'];

/** A run in a folder of its own. */
function startRun(bench: Workbench, platform: PlatformName, folder: string) {
  const args = ['run', 'cache-hit', '--platform', platform, '--variant', 'cache-aside', '--replicas', '2'];
  return start([...args, ...short, '--out', folder], { cwd: bench.folder, env: bench.env });
}

/** A run that is killed after that time, unless it ends before. */
async function runAndKill(
  running: ReturnType<typeof startRun>,
  signal: (typeof signals)[number],
  afterMs: number,
): Promise<Ended> {
  const wait = new AbortController();
  void running.ended.then(() => wait.abort());
  await pause(afterMs, undefined, { signal: wait.signal }).catch(() => undefined);
  running.child.kill(signal);
  return running.ended;
}

/** What every platform must show of runs that are killed, from their first moment to their last: nothing is left of them. */
export async function killAtMoments({ platform, environment, moments, traces }: Killing): Promise<void> {
  await using bench = await Workbench.create();
  Object.assign(bench.env, environment, { TMPDIR: bench.temporary });
  const left = async (): Promise<readonly string[]> => traces('host', String(environment.SCALE_LAB_HOST));
  const startedAt = performance.now();
  const whole = await startRun(bench, platform, 'whole').ended;
  const lifeMs = performance.now() - startedAt;
  expect(wellEnded, whole.err).toContain(whole.code);
  expect(await left()).toEqual([]);

  let hits = 0;
  const killed = async (moment: number): Promise<void> => {
    const signal = signals[moment % signals.length] ?? 'SIGINT';
    const folder = `killed-${moment}`;
    const running = startRun(bench, platform, folder);
    const { code, err } = await runAndKill(running, signal, (lifeMs * (moment + 0.5)) / moments);
    // At the end it may be faster than its killer.
    expect([...wellEnded, exitCodes[signal]], err).toContain(code);
    if (!wellEnded.includes(code)) hits += 1;
    if (signal === 'SIGKILL') return;
    for (const runId of await readdir(path.join(bench.folder, folder)).catch(() => []))
      expect(await traces('run', runId), err).toEqual([]);
  };
  const remaining = Array.from({ length: moments }, (_, moment) => moment);
  await Promise.all(
    Array.from({ length: abreast }, async () => {
      for (let moment = remaining.shift(); moment !== undefined; moment = remaining.shift()) await killed(moment);
    }),
  );
  // The last of them may be faster than their killers, and no more than those.
  expect(hits).toBeGreaterThan(moments / 2);
  const clean = await scaleLab(['clean'], { cwd: bench.folder, env: bench.env });
  expect(clean.code, clean.err).toBe(0);
  expect(await left()).toEqual([]);
}
