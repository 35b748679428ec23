import { describe, expect, it } from 'vitest';
import { until } from './clock.ts';
import { GeneratorWatch } from './generator.ts';

describe('GeneratorWatch', () => {
  it('reads processor time over elapsed time, and the other numbers within their bounds', async () => {
    let cpuUs = 0;
    const startMs = performance.now();
    const watch = new GeneratorWatch(() => ({ user: cpuUs, system: cpuUs }));
    await until(performance.now() + 50);
    cpuUs = 10_000;
    const generator = watch.stop();
    const longestMs = performance.now() - startMs;
    // 20 ms of processor time, over 50 ms or what the machine made of them.
    expect(generator.cpuRatio).toBeLessThanOrEqual(20 / 50);
    expect(generator.cpuRatio).toBeGreaterThanOrEqual(20 / longestMs);
    expect(generator.eventLoopUtilisation).toBeGreaterThanOrEqual(0);
    expect(generator.eventLoopUtilisation).toBeLessThanOrEqual(1);
    expect(generator.lagP99Us).toBeGreaterThanOrEqual(0);
  });

  it('tells the longest pause and when it ended, whatever the process did meanwhile', async () => {
    const stand = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    const startMs = performance.now();
    const watch = new GeneratorWatch(() => ({ user: 0, system: 0 }));
    await until(performance.now() + 30);
    stand(300);
    const endedMs = performance.now() - startMs;
    await until(performance.now() + 30);
    const { longestPauseUs, pauseEndedAtMs } = watch.stop();
    expect(longestPauseUs).toBeGreaterThanOrEqual(280_000);
    expect(pauseEndedAtMs).toBeGreaterThanOrEqual(endedMs - 1);
    expect(pauseEndedAtMs).toBeLessThan(performance.now() - startMs);
  });

  it('counts a pause that goes on until the end', () => {
    const watch = new GeneratorWatch(() => ({ user: 0, system: 0 }));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    expect(watch.stop().longestPauseUs).toBeGreaterThanOrEqual(85_000);
  });

  it('has numbers also for no time at all', () => {
    const generator = new GeneratorWatch(() => ({ user: 0, system: 0 })).stop();
    expect(generator).toMatchObject({ cpuRatio: 0, lagP99Us: 0, longestPauseUs: 0, pauseEndedAtMs: 0 });
  });
});
