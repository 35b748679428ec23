import type { OpenLoad } from '../../model/load-profile.ts';
import { seededRandom, type Random } from '../../model/random.ts';
import type { RateStage } from '../../model/rate-stages.ts';

/** A stage with where it begins: in time, and in expected arrivals. */
interface Placed extends RateStage {
  readonly startMs: number;
  readonly firstArrival: number;
  readonly arrivals: number;
  readonly measured: boolean;
}

/**
 * When the requests of an open load are due: the moments at which the integral of the rate reaches 0, 1, 2, … (evenly
 * spaced) or the sums of seeded exponential steps of mean 1, which makes a Poisson process of exactly that rate (inversion
 * of the integrated rate: Lewis & Shedler, "Simulation of nonhomogeneous Poisson processes by thinning", 1979, section 1).
 *
 * A cursor: it stands at the next arrival, and {@link advance} moves it. Nothing is kept of those that have passed.
 */
export class Schedule {
  readonly #stages: readonly Placed[];
  readonly #random: Random | undefined;
  #stage = 0;
  #arrival: number;
  #atMs = Infinity;

  constructor(load: OpenLoad, seed: number) {
    this.#stages = place(load);
    this.#random = load.arrivals === 'poisson' ? seededRandom(seed) : undefined;
    this.#arrival = this.#random === undefined ? 0 : this.#step();
    this.#find();
  }

  /** When the next request is due, in ms from the start of the load; infinite where there is none left. */
  get atMs(): number {
    return this.#atMs;
  }

  /** Whether it is due in the measured time, and not in the warm-up. */
  get isMeasured(): boolean {
    return this.#stages[this.#stage]?.measured ?? true;
  }

  /** Goes on to the one after. */
  advance(): void {
    this.#arrival += this.#step();
    this.#find();
  }

  #step(): number {
    // random() is below 1, so that the logarithm is finite.
    return this.#random === undefined ? 1 : -Math.log(1 - this.#random.next());
  }

  #find(): void {
    let stage = this.#stages[this.#stage];
    while (stage !== undefined && this.#arrival - stage.firstArrival >= stage.arrivals - 1e-9) {
      stage = this.#stages[++this.#stage];
    }
    this.#atMs = stage === undefined ? Infinity : momentOf(stage, Math.max(0, this.#arrival - stage.firstArrival));
  }
}

function place({ warmupMs, stages }: OpenLoad): readonly Placed[] {
  const [first] = stages;
  const rate = first?.fromPerSecond ?? 0;
  const warmup = { fromPerSecond: rate, toPerSecond: rate, durationMs: warmupMs };
  let startMs = 0;
  let firstArrival = 0;
  return [...(warmupMs > 0 ? [warmup] : []), ...stages].map((stage) => {
    const arrivals = ((stage.fromPerSecond + stage.toPerSecond) / 2) * (stage.durationMs / 1000);
    const placed = { ...stage, startMs, firstArrival, arrivals, measured: stage !== warmup };
    startMs += stage.durationMs;
    firstArrival += arrivals;
    return placed;
  });
}

/** When a stage's integrated rate has reached so many arrivals: the root of `from·t + (to - from)·t² / 2d`. */
function momentOf({ fromPerSecond: from, toPerSecond: to, durationMs, startMs }: Placed, arrivals: number): number {
  const slope = (to - from) / (durationMs / 1000);
  // This form of the root stays exact where the slope is none, or the first rate is.
  const root = Math.sqrt(Math.max(0, from * from + 2 * slope * arrivals));
  const seconds = from + root === 0 ? 0 : (2 * arrivals) / (from + root);
  return startMs + seconds * 1000;
}
