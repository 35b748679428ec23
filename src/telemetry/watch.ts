import { setTimeout as pause } from 'node:timers/promises';
import type { BesideMetrics, ReplicaMetrics, RunningSystem } from '../model/running-system.ts';
import type { Telemetry } from '../model/telemetry.ts';
import { backendsOf } from './backends.ts';
import { onBeat } from './beat.ts';
import { besideTelemetryOf } from './beside.ts';
import { changingTelemetryOf } from './changing.ts';
import { snapshotOf, type Snapshot } from './snapshot.ts';
import { telemetryOf } from './telemetry.ts';
import { backends, timelineOf, type Moment, type Told } from './timeline.ts';

const sampleEveryMs = 1000;
/** What is told of work that goes on when the load has ended. */
const outstanding = ['notifications_outstanding', 'projection_missing'];
/** It is waited for as long as it gets less. After so many samples without that it is not under way, but lost. */
const mostWithoutProgress = 5;
const mostSamples = 60;

interface Scrape {
  readonly replicas: readonly ReplicaMetrics[];
  /** When all of these had told, in ms since 1970. */
  readonly toldAtMs: number | undefined;
  readonly backends: ReplicaMetrics | undefined;
  readonly beside: readonly BesideMetrics[];
}

/** What comes and goes while it is watched, as it is meant to. */
export interface Changing {
  readonly replicas: boolean;
  /** The services beside what is tested of which copies do. */
  readonly beside: readonly string[];
}

/** Reads what a deployment says of itself: as the measured time begins, once a second, and after it has ended. */
export class TelemetryWatch implements AsyncDisposable {
  readonly #deployment: RunningSystem;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #changing: Changing;
  readonly #moments: Moment[] = [];
  #first: Scrape = { replicas: [], toldAtMs: undefined, backends: undefined, beside: [] };
  #startMs = 0;
  #watching: Promise<void> = Promise.resolve();

  constructor(deployment: RunningSystem, changing: Changing, signal: AbortSignal) {
    this.#deployment = deployment;
    this.#changing = changing;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  /** To be called as the measured time begins. @param everySecond false for the two ends alone */
  async start(everySecond: boolean): Promise<void> {
    this.#startMs = performance.now();
    this.#first = await this.#sample(this.#signal);
    if (everySecond) this.#watching = onBeat(sampleEveryMs, this.#signal, () => this.#sampleAgain());
  }

  /**
   * Takes a last sample, and puts all of them together.
   * @param isWhole whether nothing of the system is away that comes back: until then what is left waits for it, and is not lost
   */
  async stop(signal: AbortSignal, isWhole = (): boolean => true): Promise<Telemetry> {
    await this[Symbol.asyncDispose]();
    const last = await this.#settled(await this.#sample(signal), isWhole, signal);
    const database = backendsOf(snapshotIn(this.#first.backends), snapshotIn(last.backends));
    const replicas = this.#changing.replicas
      ? changingTelemetryOf(this.#moments, last.replicas)
      : telemetryOf(this.#first.replicas, last.replicas);
    const scrapes = { first: this.#first.beside, moments: this.#moments, last: last.beside };
    const beside = besideTelemetryOf(scrapes, this.#changing.beside);
    return {
      ...replicas,
      ...(this.#first.toldAtMs === undefined ? {} : { countedFromMs: this.#first.toldAtMs }),
      ...(database === undefined ? {} : { backends: database }),
      ...(beside === undefined ? {} : { beside }),
      timeline: timelineOf(this.#moments),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  /** What is said once the work that the load has left behind is done, or does not get less any more. */
  async #settled(first: Scrape, isWhole: () => boolean, signal: AbortSignal): Promise<Scrape> {
    // Who cannot be asked now may have told before that something is left.
    const wasTold = this.#moments.some(({ told }) => leftIn(told.get(backends)?.snapshot) !== undefined);
    let [scrape, least, idle] = [first, outstandingIn(first) ?? (wasTold ? Infinity : 0), 0];
    for (let samples = 0; least > 0 && idle < mostWithoutProgress && samples < mostSamples; samples++) {
      await pause(sampleEveryMs, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
      const next = await this.#sample(signal);
      const left = outstandingIn(next);
      // One in which nobody told of it takes no place of one in which somebody did.
      if (left !== undefined || outstandingIn(scrape) === undefined) scrape = next;
      idle = (left !== undefined && left < least) || !isWhole() ? 0 : idle + 1;
      least = Math.min(least, left ?? least);
    }
    return scrape;
  }

  async #sampleAgain(): Promise<void> {
    // Cut off by the end of the measured time: the last sample tells how it was.
    await this.#sample(this.#signal).catch(() => undefined);
  }

  async #sample(signal: AbortSignal): Promise<Scrape> {
    const second = this.#second();
    const told = new Map<string, Told | undefined>();
    const besideTold = new Map<string, Map<string, Told | undefined>>();
    const scrape = this.#deployment.scrape(signal).then((all) => {
      for (const metrics of all) told.set(metrics.replica, this.#toldIn(metrics));
      return { replicas: all, toldAtMs: performance.timeOrigin + performance.now() };
    });
    const [{ replicas, toldAtMs }, database, beside = []] = await Promise.all([
      scrape,
      this.#deployment.scrapeBackends?.(signal).then((metrics) => {
        told.set(backends, this.#toldIn(metrics));
        return metrics;
      }),
      // Once the replicas have told, which are slow to do so under load: what both count is of the same time.
      scrape.then(async () => {
        const all = await this.#deployment.scrapeBeside?.(signal);
        for (const metrics of all ?? []) {
          const copies = besideTold.get(metrics.service) ?? new Map<string, Told | undefined>();
          besideTold.set(metrics.service, copies.set(metrics.replica, this.#toldIn(metrics)));
        }
        return all;
      }),
    ]);
    this.#moments.push({ second, told, ...(besideTold.size > 0 && { beside: besideTold }) });
    return { replicas, toldAtMs, backends: database, beside };
  }

  /** To be called when the answer is there. */
  #toldIn(metrics: ReplicaMetrics): Told | undefined {
    const snapshot = snapshotIn(metrics);
    return snapshot && { second: this.#second(), snapshot };
  }

  #second(): number {
    return (performance.now() - this.#startMs) / 1000;
  }
}

/** Undefined where it is not told. */
function outstandingIn({ backends: said }: Scrape): number | undefined {
  return leftIn(snapshotIn(said));
}

function leftIn(said: Pick<Snapshot, 'gauges'> | undefined): number | undefined {
  const told = outstanding.flatMap((gauge) => said?.gauges[gauge] ?? []);
  return told.length === 0 ? undefined : told.reduce((sum, left) => sum + left, 0);
}

function snapshotIn(metrics: ReplicaMetrics | undefined): Snapshot | undefined {
  if (metrics === undefined || 'problem' in metrics) return undefined;
  const { counters, gauges, samples } = snapshotOf(metrics.text);
  // Only statements are looked up by their labels; a sample a second for ten minutes should not keep all the others.
  return { counters, gauges, samples: samples.filter(({ name }) => name.startsWith('db_statement_')) };
}
