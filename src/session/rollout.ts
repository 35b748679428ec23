import { pause } from '../machine/time-limit.ts';
import type { Rollout } from '../model/system.ts';
import type { RolloutTimes } from '../model/telemetry.ts';
import type { Deployment } from '../platforms/platform.ts';

/** Rolls a new version out while the load goes on; does nothing in a trial that has none. */
export class RolloutWatch implements AsyncDisposable {
  /** For the load: aborted too, with its LabError, by a roll-out that fails, as there is nothing left to measure then. */
  readonly loadSignal: AbortSignal;
  readonly #deployment: Deployment;
  readonly #rollout: Rollout | undefined;
  readonly #stop = new AbortController();
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  #times: Promise<RolloutTimes | undefined> = Promise.resolve(undefined);

  constructor(deployment: Deployment, rollout: Rollout | undefined, signal: AbortSignal) {
    this.#deployment = deployment;
    this.#rollout = rollout;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.loadSignal = AbortSignal.any([signal, this.#failed.signal]);
  }

  /** To be called as the measured time begins. */
  start(): void {
    if (this.#rollout === undefined) return;
    this.#times = this.#rollOut(this.#rollout, performance.now());
    // Whoever waits for its end hears of a failure as well; but nobody may ever do so.
    this.#times.catch((error: unknown) => this.#failed.abort(error));
  }

  /**
   * Waits until it is over, even if the load is already: the next trial has to find nothing of it.
   * @returns when it was, from the start of the measured time; undefined where there was none
   * @throws {LabError} where the new version does not become ready; the signal's reason where it is aborted
   */
  async end(): Promise<RolloutTimes | undefined> {
    return this.#times;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#times.catch(() => undefined);
  }

  async #rollOut({ atMs }: Rollout, startMs: number): Promise<RolloutTimes> {
    const sinceStartMs = (): number => performance.now() - startMs;
    await pause(atMs, this.#signal);
    const beganMs = sinceStartMs();
    if (!this.#deployment.rollOut) throw new Error('the platform does not roll out: the plan should not have been run');
    await this.#deployment.rollOut(this.#signal);
    return { beganMs, endedMs: sinceStartMs() };
  }
}
