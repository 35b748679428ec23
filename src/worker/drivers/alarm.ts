import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** How soon it rings again at the earliest: what is due in between goes along, and a high rate does not mean as many rings. */
const shortestMs = 0.25;

/**
 * A thread that sleeps until the moment it is told, or until it is told another one, and then says so. As text, since the
 * worker is one bundled file; what it shares is a number that changes with each moment, and the moment.
 */
const thread = `
const { parentPort, workerData } = require('node:worker_threads');
const changes = new Int32Array(workerData, 0, 1);
const moment = new Float64Array(workerData, 8, 1);
for (let seen = 0; ; seen = Atomics.load(changes, 0)) {
  const [seconds, ns] = process.hrtime();
  const leftMs = moment[0] - (seconds * 1e3 + ns / 1e6);
  if (leftMs <= 0) parentPort.postMessage(null);
  Atomics.wait(changes, 0, seen, leftMs > 0 ? leftMs : Infinity);
}
`;

/**
 * Calls back at a moment, once. A timer of Node's counts whole milliseconds and is half of one late in the median, which is
 * more than a fast server takes to answer; a thread that waits for nothing else can sleep for fractions of one, without
 * spinning. Rings 0.1 ms late in the median on a quiet machine (`npm run bench:accuracy`).
 */
export class Alarm implements AsyncDisposable {
  readonly #thread: Worker;
  readonly #changes: Int32Array;
  readonly #moment: Float64Array;
  /** What to add to `performance.now()` for the clock that all threads share. */
  readonly #offsetMs = offsetMs();
  #ring: () => void = () => undefined;
  #momentMs = Infinity;
  #immediate: NodeJS.Immediate | undefined;

  private constructor() {
    const shared = new SharedArrayBuffer(16);
    this.#changes = new Int32Array(shared, 0, 1);
    this.#moment = new Float64Array(shared, 8, 1);
    this.#moment[0] = Infinity;
    this.#thread = new Worker(thread, { eval: true, workerData: shared });
    this.#thread.on('message', () => this.#heard());
  }

  /** Resolves when it can be set. */
  static async ready(): Promise<Alarm> {
    const alarm = new Alarm();
    await once(alarm.#thread, 'online');
    return alarm;
  }

  /** Sets what it calls, and a moment of `performance.now()`, instead of those before. */
  set(momentMs: number, ring: () => void): void {
    clearImmediate(this.#immediate);
    this.#ring = ring;
    const nowMs = performance.now();
    // What is overdue need not wait, but lets the loop read what came in.
    if (momentMs <= nowMs) this.#immediate = setImmediate(ring);
    else this.#wait(Math.max(momentMs, nowMs + shortestMs));
  }

  cancel(): void {
    clearImmediate(this.#immediate);
    this.#ring = () => undefined;
    this.#wait(Infinity);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.#thread.terminate();
  }

  /** What comes early, for a moment that has been replaced since, is answered with the moment that it is now. */
  #heard(): void {
    if (performance.now() >= this.#momentMs) this.#ring();
    else this.#wait(this.#momentMs);
  }

  #wait(momentMs: number): void {
    this.#momentMs = momentMs;
    this.#moment[0] = momentMs + this.#offsetMs;
    Atomics.add(this.#changes, 0, 1);
    Atomics.notify(this.#changes, 0);
  }
}

/** From `performance.now()` to `process.hrtime()`: of several readings the one with the least time around it. */
function offsetMs(): number {
  const readings = Array.from({ length: 10 }, () => {
    const beforeMs = performance.now();
    const [seconds, ns] = process.hrtime();
    const afterMs = performance.now();
    return { aroundMs: afterMs - beforeMs, offsetMs: seconds * 1e3 + ns / 1e6 - (beforeMs + afterMs) / 2 };
  });
  return readings.reduce((best, next) => (next.aroundMs < best.aroundMs ? next : best)).offsetMs;
}
