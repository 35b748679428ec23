import { monitorEventLoopDelay, performance, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';

import type { ServerMetrics } from './metrics.ts';

const RESOLUTION_MS = 10;
const QUANTILES = [
  ['0.5', 50],
  ['0.99', 99],
] as const;

/**
 * Starts to watch this process: its event loop, garbage collector, memory and processor time.
 * The function that is returned brings `metrics` up to date, once a scrape, so that watching costs requests nothing.
 */
export function watchProcess(metrics: ServerMetrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const countPauses = (pauses: PerformanceEntry[]): void => {
    for (const { duration } of pauses) metrics.gcSeconds.inc(duration / 1e3);
    metrics.gcPauses.inc(pauses.length);
  };
  const collections = new PerformanceObserver((list) => countPauses(list.getEntries()));
  collections.observe({ entryTypes: ['gc'] });
  let cpuBefore = { user: 0, system: 0 };
  let loopBefore = { active: 0, idle: 0 };

  return () => {
    countPauses(collections.takeRecords());

    const memory = process.memoryUsage();
    metrics.residentMemory.set(memory.rss);
    metrics.heapUsed.set(memory.heapUsed);

    const cpu = process.cpuUsage();
    metrics.cpu.inc((cpu.user - cpuBefore.user + cpu.system - cpuBefore.system) / 1e6);
    cpuBefore = cpu;

    const loop = performance.eventLoopUtilization();
    metrics.loopActive.inc(Math.max(0, loop.active - loopBefore.active) / 1e3);
    metrics.loopIdle.inc(Math.max(0, loop.idle - loopBefore.idle) / 1e3);
    loopBefore = loop;

    // The histogram holds the time between two firings of a timer, which is 10 ms when nothing is late.
    const lagSeconds = (betweenNs: number): number =>
      delay.count === 0 ? 0 : Math.max(0, betweenNs / 1e9 - RESOLUTION_MS / 1e3);
    for (const [quantile, percentile] of QUANTILES)
      metrics.loopLag.set({ quantile }, lagSeconds(delay.percentile(percentile)));
    metrics.loopLag.set({ quantile: 'max' }, lagSeconds(delay.max));
    delay.reset();
  };
}
