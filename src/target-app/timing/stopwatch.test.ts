import { performance } from 'node:perf_hooks';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createStopwatches, UNWATCHED, type Part, type Stopwatch } from './stopwatch.ts';

let nowMs: number; // the time stands still unless a test lets it pass; in sums of powers of two, which are exact

beforeEach(() => {
  nowMs = 1024;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => void vi.restoreAllMocks());

const start = (): Stopwatch => createStopwatches('on')(nowMs);

function spend(stopwatch: Stopwatch, part: Part, ms: number): void {
  stopwatch.begin(part);
  nowMs += ms;
  stopwatch.end(part);
}

describe('a stopwatch', () => {
  it('reports the parts that happened, in milliseconds, and always the total', () => {
    const stopwatch = start();
    expect(stopwatch.report(nowMs)).toBe('total;dur=0');
    spend(stopwatch, 'json', 0.0625);
    spend(stopwatch, 'db', 2.125);
    spend(stopwatch, 'flight', 7);
    spend(stopwatch, 'cache', 0.5);
    spend(stopwatch, 'pool', 38.25);
    nowMs += 1; // the app's own
    expect(stopwatch.report(nowMs)).toBe(
      'pool;dur=38.25, db;dur=2.125, cache;dur=0.5, flight;dur=7, json;dur=0.062, total;dur=48.937',
    );
  });

  it('adds up what happens again', () => {
    const stopwatch = start();
    for (const ms of [1, 2, 4]) spend(stopwatch, 'db', ms);
    expect(stopwatch.report(nowMs)).toBe('db;dur=7, total;dur=7');
  });

  it('counts what runs in parallel by the clock on the wall', () => {
    const stopwatch = start();
    stopwatch.begin('db');
    nowMs += 1;
    spend(stopwatch, 'db', 4);
    nowMs += 2;
    stopwatch.end('db');
    expect(stopwatch.report(nowMs)).toBe('db;dur=7, total;dur=7');
  });

  it('lets parts not overlap: the one that began last is charged', () => {
    const stopwatch = start();
    stopwatch.begin('cache');
    nowMs += 1;
    stopwatch.begin('db');
    nowMs += 2;
    stopwatch.end('cache');
    nowMs += 4;
    stopwatch.end('db');
    expect(stopwatch.report(nowMs)).toBe('db;dur=6, cache;dur=1, total;dur=7');
  });

  it('counts the wait for the loop as a part, and in the total', async () => {
    const startStopwatch = createStopwatches('on');
    spend(startStopwatch(nowMs), 'json', 8); // holds up the loop
    expect(startStopwatch(nowMs).report(nowMs + 1)).toBe('loop;dur=8, total;dur=9');
    await new Promise(setImmediate);
  });
});

it('those that are off, or that nobody reads, report nothing', () => {
  const stopwatch = createStopwatches('off')(nowMs);
  spend(stopwatch, 'db', 1);
  expect(stopwatch.report(nowMs)).toBeUndefined();
  expect(stopwatch).toBe(UNWATCHED);
});
