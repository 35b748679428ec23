import { monitorEventLoopDelay, performance, type EventLoopUtilization, type IntervalHistogram } from 'node:perf_hooks';
import type { WorkerResult } from '../protocol.ts';

/** How often the timer's lateness is sampled. */
const resolutionMs = 10;

/** What the process has used of the processor so far, in µs: `process.cpuUsage`. */
export type CpuUsage = () => { readonly user: number; readonly system: number };

/**
 * Watches the generator itself from its construction to {@link stop}: a generator at its limit measures itself.
 *
 * Node's delay histogram holds the time between two firings of a timer, resolution and lag together, so the resolution is
 * taken off. Its timers count whole milliseconds: a lag below one millisecond may show as 0. A loop that is blocked once
 * for long gives one sample and not many, so that the p99 misses rare long blocks. A beat of its own tells the longest pause,
 * whatever it was: a process that is stopped neither uses its loop nor a processor.
 */
export class GeneratorWatch {
  readonly #cpuUsage: CpuUsage;
  readonly #startMs = performance.now();
  readonly #startCpuUs: number;
  readonly #startUtilisation: EventLoopUtilization = performance.eventLoopUtilization();
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #beat = setInterval(() => this.#beats(), resolutionMs);
  #beatAtMs = this.#startMs;
  #longestMs = 0;
  #longestEndedMs = 0;

  constructor(cpuUsage: CpuUsage) {
    this.#cpuUsage = cpuUsage;
    this.#startCpuUs = this.#cpuUs();
    this.#delay.enable();
    // It must not keep the process alive where the load is broken off.
    this.#beat.unref();
  }

  stop(): WorkerResult['generator'] {
    const elapsedMs = Math.max(performance.now() - this.#startMs, 0.001);
    this.#beats();
    clearInterval(this.#beat);
    this.#delay.disable();
    const utilisation = performance.eventLoopUtilization(this.#startUtilisation).utilization;
    // Without a single sample, the histogram's numbers mean nothing.
    const intervalNs = this.#delay.count === 0 ? 0 : this.#delay.percentile(99);
    return {
      cpuRatio: Math.max(0, (this.#cpuUs() - this.#startCpuUs) / 1000 / elapsedMs),
      eventLoopUtilisation: Math.min(1, Math.max(0, utilisation)),
      lagP99Us: Math.max(0, intervalNs / 1000 - resolutionMs * 1000),
      longestPauseUs: this.#longestMs * 1000,
      pauseEndedAtMs: this.#longestEndedMs,
    };
  }

  #beats(): void {
    const nowMs = performance.now();
    const pauseMs = nowMs - this.#beatAtMs - resolutionMs;
    this.#beatAtMs = nowMs;
    if (pauseMs <= this.#longestMs) return;
    this.#longestMs = pauseMs;
    this.#longestEndedMs = nowMs - this.#startMs;
  }

  #cpuUs(): number {
    const { user, system } = this.#cpuUsage();
    return user + system;
  }
}
