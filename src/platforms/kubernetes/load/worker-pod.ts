import { PassThrough } from 'node:stream';
import { Attach, type V1Pod } from '@kubernetes/client-node';
import type { StartedWorker } from '../../../load/load-session.ts';
import { onAbort, pause, unlessAborted, withTimeLimit } from '../../../machine/time-limit.ts';
import { LabError } from '../../../model/errors.ts';
import { FrameReader, MissingFrame, isFrame } from '../../../worker/frames.ts';
import { endOf, isLeaving, isReady, isRunning, nameOf } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { logLines } from './pod-log.ts';

/** As its manifest calls the container. */
const container = 'load';

/** The client itself would wait for ever. */
const attachLimitMs = 30_000;

/** So often something is said over a connection that would be idle for long: what lies between may close those. */
const keepAliveMs = 20_000;

const readAgainMs = 200;

/** How long a log may take to end after its pod has, and to be read once more after that. */
const logGraceMs = 3_000;
const lastReadLimitMs = 10_000;

/** How many lines that are no messages are kept, to explain an end. */
const most = 50;

/** Where pods are. */
type Place = Pick<RunNamespace, 'cluster' | 'name'>;

/** A load worker in a pod: its input is attached, its output read from its log. */
export class WorkerPod implements StartedWorker {
  readonly name: string;
  readonly ended: Promise<string>;
  end: string | undefined;
  readonly #run: Place;
  #reading = new AbortController();
  readonly #said: string[] = [];
  #wasReady = false;
  #settle: (end: string) => void = () => undefined;

  constructor(run: Place, name: string) {
    this.#run = run;
    this.name = name;
    this.ended = new Promise((resolve) => (this.#settle = resolve));
  }

  /**
   * Opens its standard input. It ends with this connection, and so does the worker: that of a lab which was killed, too.
   * @throws {LabError} where the API server does not attach it
   */
  async attach(signal: AbortSignal): Promise<PassThrough> {
    const input = new PassThrough();
    const { config } = this.#run.cluster.context;
    const attaching = new Attach(config).attach(this.#run.name, this.name, container, null, null, input, false);
    let connection;
    try {
      connection = await withTimeLimit(attachLimitMs, signal, async (limited) => unlessAborted(attaching, limited));
    } catch (error) {
      void attaching.then(
        (late) => late.close(),
        () => undefined,
      );
      signal.throwIfAborted();
      throw new LabError(`The load worker ${this.name} cannot be spoken to: ${reasonOf(error)}.`, { cause: error });
    }
    const timer = setInterval(() => input.write('\n'), keepAliveMs);
    const close = (): void => {
      clearInterval(timer);
      connection.close();
    };
    onAbort(signal, close);
    connection.on('close', close);
    connection.on('error', close);
    return input;
  }

  /** What it writes to standard output, by its log, whole to its end: a connection that breaks is opened again. */
  async *output(signal: AbortSignal): AsyncIterable<string> {
    const reader = new FrameReader();
    for (;;) {
      // Known before it is read: then all that it has written is there.
      const hadEnded = this.end !== undefined;
      this.#reading = new AbortController();
      const ends = [signal, hadEnded ? AbortSignal.timeout(lastReadLimitMs) : this.#reading.signal];
      try {
        for await (const line of logLines(this.#run, this.name, container, AbortSignal.any(ends), !hadEnded)) {
          const message = reader.read(line);
          if (message !== undefined) yield `${message}\n`;
          else if (!isFrame(line)) this.#keep(line);
        }
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof MissingFrame) {
          throw new LabError(`The load worker ${this.name} cannot be heard whole: ${error.message}.`, { cause: error });
        }
        // The connection broke, or the pod is gone: the next look tells which.
      }
      if (hadEnded) return;
      await pause(readAgainMs, signal);
    }
  }

  /** What it said beside its messages. */
  async log(): Promise<string> {
    return Promise.resolve(this.#said.join('\n'));
  }

  /** Takes note of how its pod is; undefined where there is none any more. */
  see(pod: V1Pod | undefined): void {
    if (this.end !== undefined) return;
    const end = this.#endBy(pod);
    if (end === undefined) return;
    this.#endAs(end);
  }

  /** Takes it for lost: nobody can tell what became of it. */
  lose(end: string): void {
    if (this.end === undefined) this.#endAs(end);
  }

  #endAs(end: string): void {
    this.end = end;
    this.#settle(end);
    // Its log ends with it, unless nobody is there to end it.
    const reading = this.#reading;
    setTimeout(() => reading.abort(), logGraceMs).unref();
  }

  #endBy(pod: V1Pod | undefined): string | undefined {
    // What its program said to that is of no interest: it may be told to end, or its input ends first.
    if (pod === undefined || (isLeaving(pod) && !isRunning(pod))) return 'was killed: its pod was deleted';
    if (!isRunning(pod)) return endOf(pod);
    // Without a probe it is ready for as long as it runs and its node answers.
    if (isReady(pod)) this.#wasReady = true;
    return this.#wasReady && !isReady(pod) && !isLeaving(pod) ? 'was lost: its node does not answer' : undefined;
  }

  #keep(line: string): void {
    this.#said.push(line);
    if (this.#said.length > most) this.#said.shift();
  }
}

/** Where an Indexed Job says which of its pods this one is; the container hears of it by `JOB_COMPLETION_INDEX`. */
const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

/** The workers that these pods of an Indexed Job run, in the order of their completion indexes. */
export function workerPods(run: Place, pods: readonly V1Pod[]): readonly WorkerPod[] {
  return [...pods]
    .sort((one, other) => completionIndexOf(one) - completionIndexOf(other))
    .map((pod) => new WorkerPod(run, nameOf(pod)));
}

function completionIndexOf({ metadata }: V1Pod): number {
  return Number(metadata?.annotations?.[indexAnnotation]);
}

/** A web socket tells of its errors by events. */
function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
