import { describe, expect, it } from 'vitest';
import { unlessAborted } from '../machine/time-limit.ts';
import { subjectsOf, type ResolvedAct } from '../model/acts.ts';
import { Interruption, LabError } from '../model/errors.ts';
import type { Deployment } from '../platforms/platform.ts';
import { ActSchedule, type Clock } from './act-schedule.ts';

/** Time that passes only when everybody waits. */
class FakeClock implements Clock {
  #nowMs = 1000;
  readonly #waiting: { readonly untilMs: number; readonly wake: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  async pause(durationMs: number, signal: AbortSignal): Promise<void> {
    const woken = new Promise<void>((wake) => this.#waiting.push({ untilMs: this.#nowMs + durationMs, wake }));
    return unlessAborted(woken, signal);
  }

  /** Lets time pass until that moment from the start, one sleeper after another. */
  async until(ms: number): Promise<void> {
    for (;;) {
      // All that can go on without time does so first.
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      const next = this.#waiting.toSorted((one, other) => one.untilMs - other.untilMs)[0];
      if (!next || next.untilMs > 1000 + ms) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#nowMs = Math.max(this.#nowMs, next.untilMs);
      next.wake();
    }
    this.#nowMs = Math.max(this.#nowMs, 1000 + ms);
  }
}

const kill = (copy: number, atMs: number) =>
  ({ kind: 'kill', name: `kill-app-${copy}`, service: 'app', copies: [copy], atMs, restart: undefined }) as const;
const flush = (atMs: number) => ({ kind: 'flush', name: 'flush-redis', service: 'redis', atMs }) as const;
const pauseOf = (atMs: number, lastsMs: number | undefined) =>
  ({ kind: 'pause', name: 'pause-app-1', service: 'app', copies: [1], atMs, lastsMs }) as const;
const link = { service: 'postgres-link', from: 'app', to: 'postgres' } as const;
const slowLink = (atMs: number, lastsMs: number | undefined) =>
  ({ kind: 'slow-link', name: 'slow-link-postgres', ...link, atMs, latencyMs: 50, jitterMs: 0, lastsMs }) as const;

interface Played {
  readonly acts: readonly ResolvedAct[];
  /** How long each order takes, or what comes of it. */
  readonly does?: (order: ResolvedAct, clock: FakeClock, signal: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal;
}

function play({ acts, does, signal = new AbortController().signal }: Played) {
  const clock = new FakeClock();
  const log: string[] = [];
  const tell = (text: string): number => log.push(`${clock.nowMs() - 1000} ${text}`);
  const deployment: Deployment = {
    urls: [],
    address: undefined,
    scrape: async () => Promise.resolve([]),
    generate: () => expect.fail('there is no load'),
    act: async (order, limited) => {
      const what = `${order.kind} ${subjectsOf(order, { kind: 'app' }).join(' ')}`;
      tell(what);
      await does?.(order, clock, limited);
      tell(`${what} done`);
    },
  };
  return { clock, log, schedule: new ActSchedule(deployment, acts, signal, clock) };
}

/** Each order takes that long. */
const taking = (ms: number) => async (_order: ResolvedAct, clock: FakeClock, signal: AbortSignal) =>
  clock.pause(ms, signal);

describe('ActSchedule', () => {
  it('does each act at its moment of the measured time, and says when that was', async () => {
    const { clock, log, schedule } = play({ acts: [kill(2, 5000), flush(2000)], does: taking(30) });
    await using acts = schedule;
    await clock.until(700);
    expect(log).toEqual([]);
    acts.start();
    await clock.until(20_000);
    expect(log).toEqual(['2700 flush redis', '2730 flush redis done', '5700 kill app-2', '5730 kill app-2 done']);
    expect((await acts.end()).map(({ act, beganMs, endedMs }) => [act.name, beganMs, endedMs])).toEqual([
      ['flush-redis', 2000, 2030],
      ['kill-app-2', 5000, 5030],
    ]);
  });

  it('knows for how long all has been over: always, where there is nothing to be done', async () => {
    const { clock, schedule } = play({ acts: [pauseOf(1000, 3000)], does: taking(500) });
    await using acts = schedule;
    expect(acts.isOverFor(60_000)).toBe(true);
    acts.start();
    const told = new Map<number, readonly boolean[]>();
    for (const ms of [500, 4499, 4500, 6499, 6500]) {
      await clock.until(ms);
      told.set(ms, [acts.isOverFor(0), acts.isOverFor(2000)]);
    }
    expect(Object.fromEntries(told)).toEqual({
      500: [false, false],
      4499: [false, false],
      4500: [true, false],
      6499: [true, false],
      6500: [true, true],
    });
  });

  it('does none before its moment, where a timer rings early', async () => {
    const { clock, schedule } = play({ acts: [flush(5000)], does: taking(10) });
    const pause = clock.pause.bind(clock);
    clock.pause = async (durationMs, signal) => pause(durationMs > 1 ? durationMs - 1 : durationMs, signal);
    await using acts = schedule;
    acts.start();
    await clock.until(20_000);
    expect((await acts.end()).map(({ beganMs }) => beganMs)).toEqual([5000]);
  });

  it('lets those on different services go on together, and those on one wait for each other', async () => {
    const acts = [kill(1, 1000), kill(2, 1500), flush(1600)];
    const { clock, log, schedule } = play({ acts, does: taking(3000) });
    await using running = schedule;
    running.start();
    await clock.until(20_000);
    expect(log).toEqual([
      '1000 kill app-1',
      '1600 flush redis',
      '4000 kill app-1 done',
      '4000 kill app-2',
      '4600 flush redis done',
      '7000 kill app-2 done',
    ]);
  });

  it('ends a pause that lasts, and lets others come between', async () => {
    const { clock, log, schedule } = play({ acts: [pauseOf(1000, 3000), kill(2, 2000)] });
    await using acts = schedule;
    acts.start();
    await clock.until(10_000);
    expect(log.filter((line) => !line.endsWith('done'))).toEqual([
      '1000 pause app-1',
      '2000 kill app-2',
      '4000 resume app-1',
    ]);
    expect((await acts.end()).map(({ act, beganMs, endedMs }) => [act.name, beganMs, endedMs])).toEqual([
      ['pause-app-1', 1000, 4000],
      ['kill-app-2', 2000, 2000],
    ]);
  });

  it('heals a link that is slow for a time, and lets others on where it leads go on meanwhile', async () => {
    const restart = {
      kind: 'restart',
      name: 'restart-postgres',
      service: 'postgres',
      copies: [1],
      graceMs: 0,
    } as const;
    const { clock, log, schedule } = play({
      acts: [slowLink(1000, 2000), { ...restart, atMs: 1500 }],
      does: async (order, time, signal) => time.pause(order.kind === 'restart' ? 5000 : 10, signal),
    });
    await using acts = schedule;
    acts.start();
    await clock.until(10_000);
    expect(log.filter((line) => !line.endsWith('done'))).toEqual([
      '1000 slow-link postgres-link',
      '1500 restart postgres',
      '3000 heal-link postgres-link',
    ]);
    expect((await acts.end()).map(({ act, beganMs, endedMs }) => [act.name, beganMs, endedMs])).toEqual([
      ['slow-link-postgres', 1000, 3010],
      ['restart-postgres', 1500, 6500],
    ]);
  });

  it('does nothing where there is nothing to do, and before the measured time', async () => {
    const { schedule } = play({ acts: [] });
    schedule.start();
    expect(await schedule.end()).toEqual([]);
    const { log, clock, schedule: unbegun } = play({ acts: [kill(1, 0)] });
    await clock.until(1000);
    expect(await unbegun.end()).toEqual([]);
    expect(log).toEqual([]);
  });

  it('ends the load by an act that fails, and the other acts with it', async () => {
    const problem = new LabError('app-2 cannot be killed.');
    const { clock, log, schedule } = play({
      acts: [kill(2, 1000), flush(500), pauseOf(2000, undefined)],
      does: async (order, time, signal) =>
        order.kind === 'kill' ? Promise.reject(problem) : time.pause(60_000, signal),
    });
    await using acts = schedule;
    acts.start();
    await clock.until(900);
    expect(acts.loadSignal.aborted).toBe(false);
    await clock.until(5000);
    expect(acts.loadSignal.reason).toBe(problem);
    await expect(acts.end()).rejects.toBe(problem);
    expect(log).toEqual(['500 flush redis', '1000 kill app-2']);
  });

  it('ends with the reason of whoever ends the run', async () => {
    const controller = new AbortController();
    const { clock, schedule } = play({ acts: [kill(2, 1000)], signal: controller.signal });
    await using acts = schedule;
    acts.start();
    await clock.until(500);
    const reason = new Interruption('SIGINT');
    controller.abort(reason);
    await expect(acts.end()).rejects.toBe(reason);
  });

  it('waits when it is let go of until what goes on has heard of it', async () => {
    let heard = false;
    const { clock, log, schedule } = play({
      acts: [kill(1, 0), kill(2, 9000)],
      does: async (_order, time, signal) => time.pause(60_000, signal).finally(() => (heard = true)),
    });
    schedule.start();
    await clock.until(100);
    await schedule[Symbol.asyncDispose]();
    expect(heard).toBe(true);
    expect(log).toEqual(['0 kill app-1']);
  });
});
