import { type OpenLoad, measuredMs } from '../../model/load-profile.ts';
import { requestNames } from '../../model/workload.ts';
import type { Failure } from '../http/failure.ts';
import { HttpClient } from '../http/http-client.ts';
import type { Answer } from '../http/http-connection.ts';
import type { LoadJob, WorkerResult } from '../protocol.ts';
import { Recorder, tickMs, warmupRecorder } from '../recording/recorder.ts';
import { originOf, originsOf, type Origin } from '../requests/origin.ts';
import { RequestMix } from '../requests/request-mix.ts';
import { Alarm } from './alarm.ts';
import { until, withinMs } from './clock.ts';
import { Fifo } from './fifo.ts';
import { GeneratorWatch } from './generator.ts';
import { OpenBooks } from './open-books.ts';
import { Slot, type DueRequest, type Ends } from './open-slot.ts';
import { Schedule } from './schedule.ts';
import type { Stage } from './stage.ts';

/**
 * Open-loop load: requests are due by a schedule, whatever the answers do. One that is due and finds no free connection
 * waits, and its wait counts: the response time is from the moment of being due, the service time from that of being sent
 * (Schroeder et al., "Open versus closed: a cautionary tale", NSDI 2006; Tene, "How not to measure latency", on coordinated
 * omission).
 */
export async function driveOpenLoop(job: LoadJob, load: OpenLoad, stage: Stage): Promise<WorkerResult> {
  await using alarm = await Alarm.ready();
  // Alone it has nobody to begin with, and need not be late for its own start.
  const startMs = job.share.of > 1 ? stage.startMs : Math.max(stage.startMs, performance.now());
  await until(startMs);
  using loop = new OpenLoop(job, load, { ...stage, startMs }, alarm);
  return await loop.run();
}

class OpenLoop implements Disposable, Ends {
  readonly #load: OpenLoad;
  readonly #stage: Stage;
  readonly #mix: RequestMix;
  readonly #origins: readonly Origin[];
  readonly #schedule: Schedule;
  readonly #others: number;
  readonly #startMs: number;
  readonly #warmEndMs: number;
  readonly #endMs: number;
  readonly #warmup: Recorder;
  readonly #recorder: Recorder;
  readonly #books: OpenBooks;
  /** By address. The last to become free is the first to be used again: the others may rest, and a server may close them. */
  readonly #free: readonly Slot[][];
  readonly #slots: Slot[] = [];
  /** How many requests have asked for a connection: the addresses take turns. */
  #turns = 0;
  readonly #client: HttpClient;
  readonly #waiting = new Fifo<DueRequest>();
  readonly #ring = (): void => this.#release();
  #inFlight = 0;
  /** Of the measured requests, those that have not ended. */
  #measuredInFlight = 0;
  readonly #ticker: NodeJS.Timeout;
  readonly #alarm: Alarm;
  /** Called when nothing is due any more, and every measured request has ended. */
  #done: () => void = () => undefined;

  constructor(job: LoadJob, load: OpenLoad, stage: Stage, alarm: Alarm) {
    const { emit, startMs } = stage;
    this.#alarm = alarm;
    this.#load = load;
    this.#stage = stage;
    this.#mix = new RequestMix(job.workload, job.seed, job.share, job.variables);
    this.#origins = originsOf(job);
    this.#free = this.#origins.map(() => []);
    this.#client = new HttpClient(load);
    this.#schedule = new Schedule(load, job.seed);
    this.#others = job.share.of - 1;
    for (let other = 0; other < job.share.index; other++) this.#schedule.advance();
    this.#startMs = startMs;
    this.#warmEndMs = startMs + load.warmupMs;
    const durationMs = measuredMs(load);
    this.#endMs = this.#warmEndMs + durationMs;
    this.#warmup = warmupRecorder(this.#warmEndMs, load.warmupMs, emit);
    const requests = requestNames(job.workload);
    const options = { phase: 'measuring', requests, startMs: this.#warmEndMs, durationMs, waits: true, emit } as const;
    this.#recorder = new Recorder(options);
    this.#books = new OpenBooks(this.#endMs);
    this.#ticker = setInterval(() => this.#tick(), tickMs);
  }

  async run(): Promise<WorkerResult> {
    const ended = new Promise<void>((resolve) => (this.#done = resolve));
    this.#release();
    await until(this.#warmEndMs);
    if (this.#load.warmupMs > 0) this.#warmup.end();
    this.#stage.emit({ type: 'measuring' });
    const watch = new GeneratorWatch(this.#stage.cpuUsage);
    await until(this.#endMs);
    const generator = watch.stop();
    this.#recorder.passed();
    this.#stage.emit({ type: 'measured' });
    await withinMs(this.#load.drainMs, ended);
    this.#giveUp();
    const result = this.#recorder.finish(this.#endMs, generator);
    return { ...result, open: this.#books.finish(this.#recorder) };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#ticker);
    this.#alarm.cancel();
    this.#client.close();
  }

  /** Takes the books of a whole answer. */
  answered(nowMs: number, due: DueRequest, sentAtMs: number, answer: Answer): void {
    const { request, dueAtMs, isMeasured } = due;
    if (isMeasured) {
      this.#recorder.answered(nowMs, { dueAtMs, sentAtMs, request, ...answer });
    } else if (nowMs < this.#warmEndMs) {
      this.#warmup.answered(nowMs, { dueAtMs, sentAtMs, request, ...answer });
    } else if (answer.fault === undefined && nowMs < this.#endMs) {
      this.#recorder.completed(nowMs, request);
    }
  }

  /** Takes the books of a request that got no answer. */
  failed(nowMs: number, { request, isMeasured }: DueRequest, sentAtMs: number, { kind, words }: Failure): void {
    if (isMeasured) this.#recorder.failed(nowMs, kind, { sentAtMs, request, words });
    else if (nowMs < this.#warmEndMs) this.#warmup.failed(nowMs, kind, { sentAtMs, request });
  }

  /** Gives the connection of a request that has ended to the next one. */
  ended(nowMs: number, { isMeasured }: DueRequest, slot: Slot): void {
    this.#inFlight--;
    if (isMeasured) this.#measuredInFlight--;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free[slot.origin]?.push(slot);
    else this.#send(slot, next);
    // The clock is at hand: whoever is due by now need not wait for the timer.
    if (this.#startMs + this.#schedule.atMs <= nowMs) this.#release();
    else this.#settle();
  }

  /** Lets everything go that is due by now, and comes back when the next request is. */
  #release(): void {
    const schedule = this.#schedule;
    // What becomes due meanwhile comes with the next turn: a generator at its limit must still read its answers.
    const nowMs = performance.now();
    while (this.#startMs + schedule.atMs <= nowMs) {
      const dueAtMs = this.#startMs + schedule.atMs;
      this.#due({ request: this.#mix.draw(), dueAtMs, isMeasured: schedule.isMeasured });
      this.#advance();
    }
    this.#settle();
    if (schedule.atMs < Infinity) this.#alarm.set(this.#startMs + schedule.atMs, this.#ring);
  }

  /** To the next arrival that is this worker's. */
  #advance(): void {
    for (let other = 0; other <= this.#others; other++) this.#schedule.advance();
  }

  #due(due: DueRequest): void {
    if (due.isMeasured) this.#books.released(performance.now(), due.dueAtMs);
    if (this.#inFlight >= this.#load.inFlightLimit) {
      if (due.isMeasured) {
        this.#books.dropped();
        this.#recorder.neverSent(due.request, 'dropped');
      }
      return;
    }
    this.#inFlight++;
    if (due.isMeasured) {
      this.#measuredInFlight++;
      this.#books.inFlight(this.#inFlight);
    }
    const slot = this.#nextSlot();
    if (slot === undefined) this.#waiting.push(due);
    else this.#send(slot, due);
  }

  /** A free connection to the address whose turn it is, else a new one, where there may be, else a free one to another address. */
  #nextSlot(): Slot | undefined {
    const origin = originOf(this.#origins, this.#turns++);
    const free = this.#free[origin.index]?.pop();
    return free ?? this.#another(origin) ?? this.#free.find(({ length }) => length > 0)?.pop();
  }

  #another(origin: Origin): Slot | undefined {
    if (this.#slots.length >= this.#load.connections) return undefined;
    const slot = new Slot(this.#client.connectionTo(origin), origin.index, this);
    this.#slots.push(slot);
    this.#books.connections(this.#slots.length);
    return slot;
  }

  #send(slot: Slot, due: DueRequest): void {
    const sentAtMs = slot.send(due);
    if (due.isMeasured) this.#recorder.sent(sentAtMs);
    else if (sentAtMs < this.#warmEndMs) this.#warmup.sent(sentAtMs);
  }

  /** Closes the seconds that have passed. */
  #tick(): void {
    const nowMs = performance.now();
    (nowMs < this.#warmEndMs ? this.#warmup : this.#recorder).tick(nowMs);
  }

  #settle(): void {
    if (this.#schedule.atMs === Infinity && this.#measuredInFlight === 0) this.#done();
  }

  /** The waiting is over: what has not ended is unfinished, or was never sent. */
  #giveUp(): void {
    this.#alarm.cancel();
    const nowMs = performance.now();
    for (let due = this.#waiting.shift(); due !== undefined; due = this.#waiting.shift()) {
      if (!due.isMeasured) continue;
      this.#measuredInFlight--;
      this.#books.unsent(nowMs, due.dueAtMs);
      this.#recorder.neverSent(due.request, 'unsent');
    }
    for (const { due, sentAtMs } of this.#slots) {
      if (due?.isMeasured === true) this.#recorder.unfinished(due.request, sentAtMs, nowMs);
    }
    while (this.#schedule.atMs < Infinity) {
      const request = this.#mix.draw();
      if (this.#schedule.isMeasured) {
        this.#books.overdue(nowMs, this.#startMs + this.#schedule.atMs);
        this.#recorder.neverSent(request, 'unsent');
      }
      this.#advance();
    }
  }
}
