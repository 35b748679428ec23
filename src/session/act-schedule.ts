import { pause } from '../machine/time-limit.ts';
import type { ResolvedAct } from '../model/acts.ts';
import type { Deployment } from '../platforms/platform.ts';

/** When an act was done, from the start of the measured time. */
export interface DoneAct {
  readonly act: ResolvedAct;
  readonly beganMs: number;
  /** When it had taken effect; of one that lasts for a time, such as a pause, when that was over. */
  readonly endedMs: number;
}

/** What tells the time, and lets it pass. */
export interface Clock {
  /** In milliseconds, from any moment. */
  nowMs(): number;
  pause(durationMs: number, signal: AbortSignal): Promise<void>;
}

const clockOfProcess: Clock = { nowMs: () => performance.now(), pause };

/** What is asked of the platform at a moment. */
interface Step {
  readonly atMs: number;
  readonly order: ResolvedAct;
  /** The act that it is a part of. */
  readonly act: ResolvedAct;
}

/** Does what a trial does to its system while the load goes on; does nothing in a trial that has no acts. */
export class ActSchedule implements AsyncDisposable {
  /** For the load: aborted too, with its LabError, by an act that fails, as there is nothing left to measure then. */
  readonly loadSignal: AbortSignal;
  readonly #deployment: Deployment;
  readonly #acts: readonly ResolvedAct[];
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  #done: Promise<readonly DoneAct[]> = Promise.resolve([]);
  #overAtMs: number | undefined = -Infinity;

  constructor(
    deployment: Deployment,
    acts: readonly ResolvedAct[],
    signal: AbortSignal,
    clock: Clock = clockOfProcess,
  ) {
    this.#deployment = deployment;
    this.#acts = acts;
    this.#clock = clock;
    this.loadSignal = AbortSignal.any([signal, this.#failed.signal]);
    // One that fails ends the others as well.
    this.#signal = AbortSignal.any([this.loadSignal, this.#stop.signal]);
  }

  /** To be called as the measured time begins. */
  start(): void {
    if (this.#acts.length === 0) return;
    this.#overAtMs = undefined;
    this.#done = this.#doAll(this.#clock.nowMs()).finally(() => (this.#overAtMs = this.#clock.nowMs()));
    // Whoever waits for their end hears of a failure as well; but nobody may ever do so.
    this.#done.catch(() => undefined);
  }

  /** Whether nothing has been done for so long: who was started again needs a while to find back to the others. */
  isOverFor(durationMs: number): boolean {
    return this.#overAtMs !== undefined && this.#clock.nowMs() - this.#overAtMs >= durationMs;
  }

  /**
   * Waits until all of them are over, even if the load is already: the next trial has to find nothing of them.
   * @returns when each was done, in the order in which they began
   * @throws {LabError} of the first that failed; the signal's reason where it is aborted
   */
  async end(): Promise<readonly DoneAct[]> {
    return this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done.catch(() => undefined);
  }

  async #doAll(startMs: number): Promise<readonly DoneAct[]> {
    const steps = this.#acts.flatMap(stepsOf).toSorted((one, other) => one.atMs - other.atMs);
    const services = new Set(steps.map(({ order }) => order.service));
    const times = new Map<ResolvedAct, DoneAct>();
    const settled = await Promise.allSettled(
      [...services].map(async (service) => {
        for (const step of steps) if (step.order.service === service) await this.#do(step, startMs, times);
      }),
    );
    // The first to fail is the reason why the others ended.
    if (this.#failed.signal.aborted) throw this.#failed.signal.reason;
    for (const result of settled) if (result.status === 'rejected') throw result.reason;
    return [...times.values()].toSorted((one, other) => one.beganMs - other.beganMs);
  }

  async #do({ atMs, order, act }: Step, startMs: number, times: Map<ResolvedAct, DoneAct>): Promise<void> {
    const sinceStartMs = (): number => this.#clock.nowMs() - startMs;
    try {
      // A timer may ring a moment early: an act at 5 s is one of the sixth second.
      do await this.#clock.pause(Math.max(0, atMs - sinceStartMs()), this.#signal);
      while (sinceStartMs() < atMs);
      const beganMs = times.get(act)?.beganMs ?? sinceStartMs();
      if (!this.#deployment.act) throw new Error('the platform does no acts: the plan should not have been run');
      await this.#deployment.act(order, this.#signal);
      times.set(act, { act, beganMs, endedMs: sinceStartMs() });
    } catch (error) {
      if (!this.#signal.aborted) this.#failed.abort(error);
      throw error;
    }
  }
}

/** One that lasts for a time is two steps: others on the same service may come between them. */
function stepsOf(act: ResolvedAct): readonly Step[] {
  const first = { atMs: act.atMs, order: act, act };
  if (!('lastsMs' in act) || act.lastsMs === undefined) return [first];
  const atMs = act.atMs + act.lastsMs;
  return [first, { atMs, order: endOf(act, atMs), act }];
}

/** By which an act is over that lasts for a time. */
function endOf(act: Extract<ResolvedAct, { readonly lastsMs: unknown }>, atMs: number): ResolvedAct {
  const { name, service } = act;
  if (act.kind === 'pause') return { kind: 'resume', name, service, copies: act.copies, atMs };
  return { kind: 'heal-link', name, service, from: act.from, to: act.to, atMs };
}
