import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { harms } from '../../../test/fakes/hostile.ts';
import { fakeIo } from '../../../test/fakes/io.ts';
import { fakeOutput } from '../../../test/fakes/output.ts';
import { measurement, trialRecord } from '../../../test/fakes/records.ts';
import { scenarioFile } from '../../../test/fakes/scenario.ts';
import { Screen } from '../../../test/fakes/terminal.ts';
import { arePlain } from '../../model/foreign-text.ts';
import { jsonEventSchema } from '../../record/event.ts';
import { planOf } from '../../scenarios/planning/expand.ts';
import type { LabEvent } from '../../session/events.ts';
import { showProgress, type ProgressOptions } from './progress.ts';

const file = scenarioFile({ scenarios: { herd: { question: 'Q?', workload: ['GET /todos/1'], replicas: [2] } } });
const [trial] = planOf(file, ['herd'], {}, 1).trials;
if (!trial) throw new Error('there is no trial');

const record = trialRecord({ metrics: { rps: 1234.5, p99: 12.34 }, measurement: measurement({ failed: 1 }) });
const second = { type: 'trial-second', trial, second: 2, rps: 1500, errors: 0, p50Ms: 1.5, p99Ms: 9.5 } as const;
const started: readonly LabEvent[] = [
  { type: 'run-started', runId: 'r1', trials: 1, expectedMs: 15_700 },
  { type: 'leftovers-removed', leftovers: [{ runId: 'r0', kind: 'folder', description: '/tmp/x' }] },
  { type: 'step', step: 'PostgreSQL starts' },
];
const ready: readonly LabEvent[] = [
  { type: 'step', step: 'Redis starts' },
  { type: 'remark', text: 'redis:8 is pulled: 30 of 150 MB' },
  { type: 'step-ended', step: 'Redis starts', tookMs: 800 },
  { type: 'step-ended', step: 'PostgreSQL starts', tookMs: 6200 },
];
const underLoad: readonly LabEvent[] = [
  { type: 'trial-started', trial, remainingMs: 13_400 },
  { ...second, second: 0, rps: 500, phase: 'warm-up' },
  { ...second, second: 1, rps: 750, phase: 'warm-up' },
  { ...second, phase: 'measuring' },
];
const ended: readonly LabEvent[] = [
  { type: 'trial-finished', trial, record },
  { type: 'run-finished', runId: 'r1', folder: '/results/r1' },
];

const all = [...started, ...ready, ...underLoad, ...ended];

function plain(options: ProgressOptions): { readonly out: string; readonly err: string } {
  const [out, err] = [fakeOutput(), fakeOutput()];
  using progress = showProgress(fakeIo({ out, err }), options);
  for (const event of all) progress.sink(event);
  return { out: out.text(), err: err.text() };
}

/** Events that tell what somebody else has written. */
const foreign: readonly LabEvent[] = harms.flatMap((text) => [
  { type: 'step', step: `A starts ${text}` },
  { type: 'remark', text: `B is pulled ${text}` },
  { type: 'step-ended', step: `A starts ${text}`, tookMs: 6200 },
]);

it('tells what somebody else has written as text, each in its line', () => {
  const err = fakeOutput();
  using progress = showProgress(fakeIo({ err }), {});
  for (const event of foreign) progress.sink(event);
  expect(err.text()).toSatisfy(arePlain);
  expect(err.text().trimEnd().split('\n')).toHaveLength(foreign.length);
});

it('moves no cursor on a terminal but its own for what somebody else has written', async () => {
  const screen = new Screen(200, 400);
  {
    using progress = showProgress(fakeIo({ err: screen }), { verbose: true });
    for (const event of [...started, ...foreign]) progress.sink(event);
  }
  expect(screen.written.replaceAll(/\u001b\[(?:\?2026[hl]|\d+A|0J)|\r/g, '')).toSatisfy(arePlain);
  expect((await screen.lines()).filter((line) => line.includes('over after 6.2 s'))).toHaveLength(harms.length);
});

it('says in a pipe what a signal has begun, and nothing of one that comes when it is over', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const [err, over] = [fakeOutput(), fakeOutput()];
  using progress = showProgress(fakeIo({ err, signal: first.signal }), {});
  for (const event of started) progress.sink(event);
  first.abort();
  expect(err.text()).toMatch(/^stopping: what runs is taken down/m);
  showProgress(fakeIo({ err: over, signal: second.signal }), {})[Symbol.dispose]();
  second.abort();
  expect(over.text()).toBe('');
});

it('on a terminal that cannot draw anew moves no cursor', () => {
  const err = fakeOutput({ isTerminal: true });
  using progress = showProgress(fakeIo({ err }), {});
  for (const event of all) progress.sink(event);
  expect(err.text()).toContain('results in /results/r1');
  expect(err.text()).not.toContain('\u001b');
});

describe('progress in a pipe', () => {
  const usual = `run r1: 1 trial, about 15.7 s
removed 1 leftover of runs that were killed
  PostgreSQL starts
  Redis starts
  redis:8 is pulled: 30 of 150 MB
  PostgreSQL starts: over after 6.2 s
[1/1] herd: default, 2 replicas (13 s left)
  1,235 RPS, p99 12.3 ms, 1 error
results in /results/r1
`;

  it('is plain lines, with the time of what took long, and none for each second', () => {
    expect(plain({})).toEqual({ out: '', err: usual });
  });

  it('has a line for each second where much is wanted', () => {
    const { err } = plain({ verbose: true });
    expect(err).toContain('  Redis starts: over after 800 ms\n');
    expect(err).toContain('  warm-up 2 s: 750 RPS, p50 1.50 ms, p99 9.50 ms, 0 errors\n');
    expect(err).toContain('  measuring 3 s: 1,500 RPS, p50 1.50 ms, p99 9.50 ms, 0 errors\n');
  });

  it('is nothing where that is wanted', () => {
    expect(plain({ quiet: true })).toEqual({ out: '', err: '' });
  });

  it('is JSON, a line an event, where a program listens', () => {
    const { out, err } = plain({ json: true });
    expect(err).toBe('');
    const lines = out.trimEnd().split('\n');
    const events = lines.map((line) => jsonEventSchema.parse(JSON.parse(line)));
    expect(events.map(({ type }) => type)).toEqual(all.map(({ type }) => type));
    expect(events[8]).toMatchObject({ phase: 'warm-up', rps: 500, trial: { number: 1, scenario: 'herd', round: 1 } });
  });
});

describe('progress on a terminal', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  /** Shows events on a screen of that width, and looks at it before the progress is taken away. */
  async function after(
    columns: number,
    events: readonly LabEvent[],
    look: (screen: Screen) => Promise<void>,
    options = {},
  ) {
    const screen = new Screen(columns);
    using progress = showProgress(fakeIo({ err: screen }), options);
    for (const event of events) progress.sink(event);
    await look(screen);
  }

  it('says which trial runs, what it is like, and what is left', async () => {
    await after(80, [...started, ...underLoad], async (screen) => {
      expect(await screen.lines()).toEqual([
        'run r1: 1 trial, about 15.7 s',
        'removed 1 leftover of runs that were killed',
        `[1/1] herd: default, 2 replicas${' '.repeat(39)}13 s left`,
        '  measuring 3/10 s  1,500 RPS, p50 1.50 ms, p99 9.50 ms, 0 errors  ▃▅█',
      ]);
    });
  });

  it('uses the room that there is', async () => {
    const seconds = Array.from({ length: 90 }, (_, index) => ({
      ...second,
      second: index,
      phase: 'measuring' as const,
    }));
    await after(140, [...started, ...underLoad, ...seconds], async (screen) => {
      const [head, now] = (await screen.lines()).slice(-2);
      expect(head).toHaveLength(139);
      expect(now).toMatch(/0 errors {2}█{60}$/);
    });
    await after(40, [...started, ...underLoad], async (screen) => {
      expect((await screen.lines()).every((line) => line.length < 40 || line.startsWith('removed'))).toBe(true);
    });
  });

  it('keeps a line for what has ended, and nothing else', async () => {
    await after(80, [...started, ...underLoad, ...ended], async (screen) => {
      expect(await screen.lines()).toEqual([
        'run r1: 1 trial, about 15.7 s',
        'removed 1 leftover of runs that were killed',
        '[1/1] herd: default, 2 replicas: 1,235 RPS, p99 12.3 ms, 1 error',
        'results in /results/r1',
      ]);
    });
  });

  it('tells how long a slow step takes already', async () => {
    await after(80, started, async (screen) => {
      expect((await screen.lines()).at(-1)).toBe('  PostgreSQL starts');
      vi.advanceTimersByTime(3100);
      expect((await screen.lines()).at(-1)).toBe('  PostgreSQL starts (3 s)');
    });
  });

  it('tells what goes on at once, each with its time, until it is over', async () => {
    const [redis, remark, redisOver, postgresOver] = ready;
    const events = [...started, redis, remark].filter((event) => event !== undefined);
    const screen = new Screen(80);
    using progress = showProgress(fakeIo({ err: screen }), {});
    for (const event of events) progress.sink(event);
    vi.advanceTimersByTime(2100);
    expect((await screen.lines()).slice(2)).toEqual([
      '  PostgreSQL starts (2 s)',
      '  Redis starts (2 s)',
      '  redis:8 is pulled: 30 of 150 MB',
    ]);
    if (redisOver) progress.sink(redisOver);
    expect((await screen.lines()).slice(2)).toEqual(['  PostgreSQL starts (2 s)']);
    if (postgresOver) progress.sink(postgresOver);
    expect((await screen.lines()).slice(2)).toEqual([]);
  });

  it('has no time left where it takes longer than was reckoned', async () => {
    await after(80, [...started, ...underLoad], async (screen) => {
      vi.advanceTimersByTime(60_000);
      expect((await screen.lines())[2]).toMatch(/ 0 s left$/);
    });
  });

  it('keeps each step with its time where much is wanted', async () => {
    const kept = ['  redis:8 is pulled: 30 of 150 MB', '  Redis starts: over after 800 ms'];
    const look = async (screen: Screen) => expect(await screen.lines()).toEqual(expect.arrayContaining(kept));
    await after(80, [...started, ...ready, ...underLoad], look, { verbose: true });
  });

  it('loses nothing, and leaves nothing behind, when the window is made narrower and wider', async () => {
    await after(120, [...started, ...underLoad], async (screen) => {
      await screen.resize(70);
      vi.advanceTimersByTime(300);
      const narrow = await screen.lines();
      expect(narrow.slice(0, 2)).toEqual([
        'run r1: 1 trial, about 15.7 s',
        'removed 1 leftover of runs that were killed',
      ]);
      expect(narrow).toHaveLength(4);
      expect(narrow[2]).toMatch(/^\[1\/1\] herd: default, 2 replicas +13 s left$/);
      await screen.resize(120);
      vi.advanceTimersByTime(300);
      const wide = await screen.lines();
      expect(wide).toHaveLength(4);
      expect(wide[2]).toHaveLength(119);
    });
  });

  it('draws nothing again that has not changed', async () => {
    await after(80, [...started, ...underLoad], async (screen) => {
      vi.advanceTimersByTime(300);
      const { written } = screen;
      vi.advanceTimersByTime(300);
      expect(screen.written).toBe(written);
      await screen.lines();
    });
  });

  it('says what a signal has begun', async () => {
    const stop = new AbortController();
    const screen = new Screen(80);
    using progress = showProgress(fakeIo({ err: screen, signal: stop.signal }), {});
    for (const event of [...started, ...underLoad]) progress.sink(event);
    stop.abort();
    expect((await screen.lines())[2]).toBe('stopping: what runs is taken down (once more, and it ends at once)');
  });
});
