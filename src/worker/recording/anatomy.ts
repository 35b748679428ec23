import type { AnatomyBucket, SlowRequest, WorkerResult } from '../protocol.ts';
import type { DrawnRequest } from '../requests/drawn-request.ts';
import { parseServerTiming, standsFor } from './server-timing.ts';

/** Buckets in each doubling of the latency: one is 9% wide. */
const bucketsPerOctave = 8;

/** Of the requests that are not among the slowest, one in so many is sampled. */
const sampleEvery = 16;

/** How many of the slowest requests are kept. */
const slowestKept = 10;

/** What is known of the times of an answer. */
export interface TimedAnswer {
  readonly request: DrawnRequest;
  /** When its request was due, where it had to wait to be sent. */
  readonly dueAtMs?: number;
  readonly sentAtMs: number;
  /** What the server said of its times: a `Server-Timing` field. */
  readonly serverTiming?: string | undefined;
}

/** Where the time of one request went, in µs by part; the parts add up to its latency. */
type Parts = Record<string, number>;

/** The number of the bucket that a latency falls into. */
export function bucketOf(latencyUs: number): number {
  return Math.floor(Math.log2(Math.max(1, latencyUs)) * bucketsPerOctave);
}

/**
 * Keeps where the time of requests went: sums by latency, of one request in {@link sampleEvery} and of all that are slower
 * than 95% of the second before, and the slowest ones themselves. Sums of all workers add up exactly, and their number does
 * not grow with the number of requests.
 */
export class AnatomySampler {
  readonly #startMs: number;
  readonly #buckets = new Map<number, AnatomyBucket>();
  readonly #slowest: SlowRequest[] = [];
  readonly #names = new Set<string>();
  #slowUs = Infinity;
  #seen = 0;

  /** @param startMs the first moment of the measured time, on the clock of `performance.now()` */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** From which latency on every request is sampled; until it is known, one in so many. */
  slowFrom(latencyUs: number): void {
    if (latencyUs > 0) this.#slowUs = latencyUs;
  }

  /** Looks at a right answer that came now, and samples it or not. */
  consider(nowMs: number, answer: TimedAnswer): void {
    const latencyUs = (nowMs - (answer.dueAtMs ?? answer.sentAtMs)) * 1000;
    const isSlowest = this.#slowest.length < slowestKept || latencyUs > (this.#slowest.at(-1)?.latencyUs ?? 0);
    const weight = answer.serverTiming === undefined ? 0 : this.#weightOf(latencyUs, answer.serverTiming);
    if (weight === 0 && !isSlowest) return;
    const parts = partsOf(nowMs, answer, (name) => this.#nameOf(name));
    if (weight > 0) this.#add(latencyUs, parts, weight);
    if (isSlowest) this.#keep(nowMs, latencyUs, answer, parts);
  }

  finish(): Pick<WorkerResult, 'anatomy' | 'slowest'> {
    return { anatomy: sorted(this.#buckets), slowest: [...this.#slowest] };
  }

  /**
   * How many requests this one stands for: as many as its server says, where it has sampled them; itself where all of its
   * like are sampled; else those in between. 0 for none.
   */
  #weightOf(latencyUs: number, serverTiming: string): number {
    const said = standsFor(serverTiming);
    if (said !== undefined) return said;
    if (latencyUs >= this.#slowUs) return 1;
    return this.#seen++ % sampleEvery === 0 ? sampleEvery : 0;
  }

  /** A server may name its parts anew in each answer: memory does not grow with that. */
  #nameOf(name: string): string {
    const known = toldApart(name);
    if (!this.#names.has(known) && this.#names.size === mostNames) return nameless;
    this.#names.add(known);
    return known;
  }

  #add(latencyUs: number, parts: Parts, weight: number): void {
    const weighted = Object.fromEntries(Object.entries(parts).map(([part, us]) => [part, us * weight]));
    addTo(this.#buckets, {
      bucket: bucketOf(latencyUs),
      samples: 1,
      weight,
      latencyUs: latencyUs * weight,
      parts: weighted,
    });
  }

  #keep(nowMs: number, latencyUs: number, { request }: TimedAnswer, parts: Parts): void {
    const slow = {
      atMs: nowMs - this.#startMs,
      request: `${request.method} ${request.shownPath}`,
      latencyUs: Math.round(latencyUs),
      parts,
    };
    keepSlowest(this.#slowest, slow);
  }
}

/** The anatomies of workers that ran at the same time, as one. */
export function mergeAnatomies(
  results: readonly Pick<WorkerResult, 'anatomy' | 'slowest'>[],
): Pick<WorkerResult, 'anatomy' | 'slowest'> {
  const buckets = new Map<number, AnatomyBucket>();
  const slowest: SlowRequest[] = [];
  for (const result of results) {
    for (const bucket of result.anatomy) addTo(buckets, bucket);
    for (const slow of result.slowest) keepSlowest(slowest, slow);
  }
  return { anatomy: sorted(buckets), slowest };
}

/** How far from a latency samples may lie to speak for it: half an octave to either side. */
const bucketsAround = bucketsPerOctave / 2;

/** How many samples are enough to look no further. */
const enoughSamples = 30;

/**
 * How the time of requests of about that latency divides: the mean of the samples in its bucket, and of the next ones to
 * either side while there are few. Undefined where no sample is near.
 */
export function anatomyAt(
  latencyUs: number,
  buckets: readonly AnatomyBucket[],
): { readonly latencyUs: number; readonly samples: number; readonly parts: Parts } | undefined {
  const distance = ({ bucket }: AnatomyBucket): number => Math.abs(bucket - bucketOf(latencyUs));
  const sum = new Map<number, AnatomyBucket>();
  for (let away = 0; away <= bucketsAround && (sum.get(0)?.samples ?? 0) < enoughSamples; away++) {
    for (const near of buckets.filter((bucket) => distance(bucket) === away)) addTo(sum, { ...near, bucket: 0 });
  }
  const all = sum.get(0);
  if (all === undefined) return undefined;
  const mean = (us: number): number => us / all.weight;
  const parts = Object.fromEntries(Object.entries(all.parts).map(([part, us]) => [part, mean(us)]));
  return { latencyUs: mean(all.latencyUs), samples: all.samples, parts };
}

function sorted(buckets: ReadonlyMap<number, AnatomyBucket>): AnatomyBucket[] {
  return [...buckets.values()].sort((one, other) => one.bucket - other.bucket);
}

function addTo(buckets: Map<number, AnatomyBucket>, added: AnatomyBucket): void {
  const { bucket, samples, weight, latencyUs, parts } = added;
  const sum = buckets.get(bucket);
  if (sum === undefined) {
    buckets.set(bucket, { ...added, parts: { ...parts } });
    return;
  }
  sum.samples += samples;
  sum.weight += weight;
  sum.latencyUs += latencyUs;
  for (const [part, us] of Object.entries(parts)) sum.parts[part] = (sum.parts[part] ?? 0) + us;
}

function keepSlowest(slowest: SlowRequest[], slow: SlowRequest): void {
  const place = slowest.findIndex(({ latencyUs }) => latencyUs < slow.latencyUs);
  slowest.splice(place === -1 ? slowest.length : place, 0, slow);
  slowest.length = Math.min(slowest.length, slowestKept);
}

/** Names that are the driver's own: a server's part of that name is told apart, as is one that every object has. */
const reserved: readonly string[] = ['waiting', 'network', 'app', ...Object.getOwnPropertyNames(Object.prototype)];

/** As many names of a server's parts are kept; what it names besides, all its answers together, is one part. */
const mostNames = 64;
const nameless = 'other parts';

/**
 * Divides a request's time: `waiting` to be sent, what the server accounts for by part, what it does not account for of its
 * own `total` (`app`, the application itself), and the rest, which is the `network` and the kernels at both its ends.
 * Without a `total`, the sum of the server's parts stands for it. Nothing where the server said nothing.
 */
export function partsOf(
  nowMs: number,
  { dueAtMs, sentAtMs, serverTiming }: TimedAnswer,
  nameOf: (name: string) => string = toldApart,
): Parts {
  if (serverTiming === undefined) return {};
  const serviceUs = Math.max(0, nowMs - sentAtMs) * 1000;
  const times = new Map(parseServerTiming(serverTiming));
  const total = times.get('total') ?? 0;
  times.delete('total');
  const namedUs = [...times.values()].reduce((sum, ms) => sum + ms * 1000, 0);
  const serverUs = Math.max(total * 1000, namedUs);
  // Two clocks, and a server that rounds: it cannot have taken longer than the answer did.
  const scale = serverUs > serviceUs ? serviceUs / serverUs : 1;
  const named = new Map<string, number>();
  for (const [name, ms] of times) {
    const known = nameOf(name);
    named.set(known, (named.get(known) ?? 0) + ms * 1000 * scale);
  }
  return {
    waiting: Math.max(0, sentAtMs - (dueAtMs ?? sentAtMs)) * 1000,
    // Differences of doubles that should be nothing may be a little less than that.
    network: Math.max(0, serviceUs - serverUs * scale),
    app: Math.max(0, serverUs - namedUs) * scale,
    ...Object.fromEntries(named),
  };
}

function toldApart(name: string): string {
  return reserved.includes(name) ? `server ${name}` : name;
}
