import { describe, expect, it } from 'vitest';
import { fakeOutput } from '../../test/fakes/output.ts';
import { measurement, trialRecord } from '../../test/fakes/records.ts';
import { scenarioFile } from '../../test/fakes/scenario.ts';
import type { LabEvent } from '../events.ts';
import { planOf } from '../scenarios/expand.ts';
import { showProgress } from './progress.ts';

const file = scenarioFile({ scenarios: { herd: { question: 'Q?', workload: ['GET /todos/1'], replicas: [2] } } });
const [trial] = planOf(file, ['herd'], {}, 1).trials;
if (!trial) throw new Error('there is no trial');

const record = trialRecord({ metrics: { rps: 1234.5, p99: 12.34 }, measurement: measurement({ failed: 1 }) });
const second = { type: 'trial-second', trial, second: 2, rps: 1500, errors: 0, p99Ms: 9.5 } as const;
const events: readonly LabEvent[] = [
  { type: 'run-started', runId: 'r1', trials: 1, expectedMs: 15_700 },
  { type: 'leftovers-removed', leftovers: [{ runId: 'r0', kind: 'folder', description: '/tmp/x' }] },
  { type: 'step', step: 'PostgreSQL starts' },
  { type: 'trial-started', trial, remainingMs: 13_400 },
  { ...second, phase: 'warm-up' },
  { ...second, phase: 'measuring' },
  { type: 'trial-finished', trial, record },
  { type: 'run-finished', runId: 'r1', folder: '/results/r1' },
];

function shown(isTerminal: boolean, columns = 120): string {
  const screen = fakeOutput({ isTerminal, columns });
  const sink = showProgress(screen);
  for (const event of events) sink(event);
  return screen.text();
}

describe('showProgress', () => {
  it('writes plain lines in a pipe, and none for each second', () => {
    expect(shown(false)).toBe(`run r1: 1 trial, about 15.7 s
removed 1 leftover of runs that were killed
  PostgreSQL starts
[1/1] herd: default, 2 replicas (13 s left)
  1,235 RPS, p99 12.3 ms, 1 error
results in /results/r1
`);
  });

  it('moves one line on a terminal, and keeps a line for what has ended', () => {
    const clear = '\r\u001b[K';
    expect(shown(true).split(clear)).toEqual([
      '',
      'run r1: 1 trial, about 15.7 s\n',
      'removed 1 leftover of runs that were killed\n',
      'PostgreSQL starts',
      '[1/1] herd: default, 2 replicas | 13 s left',
      '[1/1] herd: default, 2 replicas | warm-up 3 s | 1,500 RPS, p99 9.50 ms, 0 errors | 13 s left',
      '[1/1] herd: default, 2 replicas | measuring 3 s | 1,500 RPS, p99 9.50 ms, 0 errors | 13 s left',
      '[1/1] herd: default, 2 replicas: 1,235 RPS, p99 12.3 ms, 1 error\n',
      'results in /results/r1\n',
    ]);
  });

  it('shortens the name of the trial where the terminal is too narrow for all', () => {
    const now = 'measuring 3 s | 1,500 RPS, p99 9.50 ms, 0 errors | 13 s left';
    expect(shown(true, 80)).toContain(`\u001b[K[1/1] herd: def… | ${now}\r`);
  });

  it('never lets the moving line wrap', () => {
    const moving = shown(true, 30)
      .split('\r\u001b[K')
      .filter((line) => !line.endsWith('\n'));
    expect(Math.max(...moving.map((line) => line.length))).toBe(29);
  });
});
