import type { ReplicaMetrics, RunningSystem } from '../model/running-system.ts';
import type { Telemetry } from '../model/telemetry.ts';
import { backendsOf } from './backends.ts';
import { onBeat } from './beat.ts';
import { changingTelemetryOf } from './changing.ts';
import { snapshotOf, type Snapshot } from './snapshot.ts';
import { telemetryOf } from './telemetry.ts';
import { backends, timelineOf, type Moment, type Told } from './timeline.ts';

const sampleEveryMs = 1000;

interface Scrape {
  readonly replicas: readonly ReplicaMetrics[];
  readonly backends: ReplicaMetrics | undefined;
}

/** Reads what a deployment says of itself: as the measured time begins, once a second, and after it has ended. */
export class TelemetryWatch implements AsyncDisposable {
  readonly #deployment: RunningSystem;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #changes: boolean;
  readonly #moments: Moment[] = [];
  #first: Scrape = { replicas: [], backends: undefined };
  #startMs = 0;
  #countedFromMs: number | undefined;
  #watching: Promise<void> = Promise.resolve();

  /** @param changes whether replicas are meant to come and go */
  constructor(deployment: RunningSystem, changes: boolean, signal: AbortSignal) {
    this.#deployment = deployment;
    this.#changes = changes;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  /** To be called as the measured time begins. @param everySecond false for the two ends alone */
  async start(everySecond: boolean): Promise<void> {
    this.#startMs = performance.now();
    this.#first = await this.#sample(this.#signal);
    this.#countedFromMs = performance.timeOrigin + performance.now();
    if (everySecond) this.#watching = onBeat(sampleEveryMs, this.#signal, () => this.#sampleAgain());
  }

  /** Takes a last sample, and puts all of them together. */
  async stop(signal: AbortSignal): Promise<Telemetry> {
    await this[Symbol.asyncDispose]();
    const last = await this.#sample(signal);
    const database = backendsOf(snapshotIn(this.#first.backends), snapshotIn(last.backends));
    const replicas = this.#changes
      ? changingTelemetryOf(this.#moments, last.replicas)
      : telemetryOf(this.#first.replicas, last.replicas);
    return {
      ...replicas,
      ...(this.#countedFromMs === undefined ? {} : { countedFromMs: this.#countedFromMs }),
      ...(database === undefined ? {} : { backends: database }),
      timeline: timelineOf(this.#moments),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #sampleAgain(): Promise<void> {
    // Cut off by the end of the measured time: the last sample tells how it was.
    await this.#sample(this.#signal).catch(() => undefined);
  }

  async #sample(signal: AbortSignal): Promise<Scrape> {
    const second = this.#second();
    const told = new Map<string, Told | undefined>();
    const take = (metrics: ReplicaMetrics, source = metrics.replica): ReplicaMetrics => {
      const snapshot = snapshotIn(metrics);
      told.set(source, snapshot && { second: this.#second(), snapshot });
      return metrics;
    };
    const [replicas, database] = await Promise.all([
      this.#deployment.scrape(signal).then((all) => all.map((metrics) => take(metrics))),
      this.#deployment.scrapeBackends?.(signal).then((metrics) => take(metrics, backends)),
    ]);
    this.#moments.push({ second, told });
    return { replicas, backends: database };
  }

  #second(): number {
    return (performance.now() - this.#startMs) / 1000;
  }
}

function snapshotIn(metrics: ReplicaMetrics | undefined): Snapshot | undefined {
  if (metrics === undefined || 'problem' in metrics) return undefined;
  const { counters, gauges, samples } = snapshotOf(metrics.text);
  // Only statements are looked up by their labels; a sample a second for ten minutes should not keep all the others.
  return { counters, gauges, samples: samples.filter(({ name }) => name.startsWith('db_statement_')) };
}
