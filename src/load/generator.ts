import { monitorEventLoopDelay, performance, type EventLoopUtilization, type IntervalHistogram } from 'node:perf_hooks';
import type { WorkerResult } from './job.ts';

/** How often the timer's lateness is sampled. */
const resolutionMs = 10;

/** What the process has used of the processor so far, in µs: `process.cpuUsage`. */
export type CpuUsage = () => { readonly user: number; readonly system: number };

/**
 * Watches the generator itself from its construction to {@link stop}: a generator at its limit measures itself.
 *
 * Node's delay histogram holds the time between two firings of a timer, resolution and lag together, so the resolution is
 * taken off. Its timers count whole milliseconds: a lag below one millisecond may show as 0. A loop that is blocked once
 * for long gives one sample and not many, so the p99 misses rare long blocks; the utilisation does not.
 */
export class GeneratorWatch {
  readonly #cpuUsage: CpuUsage;
  readonly #startMs = performance.now();
  readonly #startCpuUs: number;
  readonly #startUtilisation: EventLoopUtilization = performance.eventLoopUtilization();
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor(cpuUsage: CpuUsage) {
    this.#cpuUsage = cpuUsage;
    this.#startCpuUs = this.#cpuUs();
    this.#delay.enable();
  }

  stop(): WorkerResult['generator'] {
    const elapsedMs = Math.max(performance.now() - this.#startMs, 0.001);
    this.#delay.disable();
    const utilisation = performance.eventLoopUtilization(this.#startUtilisation).utilization;
    // Without a single sample, the histogram's numbers mean nothing.
    const intervalNs = this.#delay.count === 0 ? 0 : this.#delay.percentile(99);
    return {
      cpuRatio: Math.max(0, (this.#cpuUs() - this.#startCpuUs) / 1000 / elapsedMs),
      eventLoopUtilisation: Math.min(1, Math.max(0, utilisation)),
      lagP99Us: Math.max(0, intervalNs / 1000 - resolutionMs * 1000),
    };
  }

  #cpuUs(): number {
    const { user, system } = this.#cpuUsage();
    return user + system;
  }
}
