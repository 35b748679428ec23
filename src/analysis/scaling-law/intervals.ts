import { studentQuantile } from '../statistics/student.ts';
import { lawAt, peakOf, type LawParameters, type Sample } from './law.ts';
import { coherencyFor, contentionFor, logsOf, misfit, limits, type Logs } from './misfit.ts';

/** An estimate, and the 95% interval around it. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What the data say of the law, with 95% intervals. */
export interface LawEstimates {
  readonly perOne: Estimate;
  readonly contention: Estimate;
  readonly coherency: Estimate;
  /** Ends at infinity where the data do not exclude that there is no peak. */
  readonly peakCount: Estimate;
  readonly peakRps: Estimate;
  /** RPS by the law at evenly spaced counts from one to the largest, with an interval at each. */
  readonly curve: readonly (Estimate & { readonly count: number })[];
}

const bisectionSteps = 32;
const gridSteps = 40;
/** Enough for a smooth line. */
const curveSteps = 24;

/** The last place between one that is good and one that may not be at which a condition holds. */
function edge(holds: (at: number) => boolean, good: number, beyond: number): number {
  if (holds(beyond)) return beyond;
  let [inside, outside] = [good, beyond];
  for (let step = 0; step < bisectionSteps; step++) {
    const middle = (inside + outside) / 2;
    if (holds(middle)) inside = middle;
    else outside = middle;
  }
  return inside;
}

/**
 * Intervals by profile likelihood: all parameters whose misfit is not larger than the least one by more than chance explains
 * (Bates and Watts, "Nonlinear Regression Analysis and Its Applications", 1988, 6.1). Unlike those from the curvature at the best
 * fit, they hold where a parameter is at its limit, and need not be symmetric.
 */
export function estimateLaw(samples: readonly Sample[], best: LawParameters): LawEstimates {
  const largest = Math.max(...samples.map(({ count }) => count));
  const logs = logsOf(samples);
  const least = misfit(logs, best.contention, best.coherency).squares;
  const degrees = samples.length - 3;
  // Rounding makes a perfect fit a little less than that.
  const most = least * (1 + studentQuantile(0.95, degrees) ** 2 / degrees) + 1e-12;
  const isContention = (sigma: number): boolean => misfit(logs, sigma, coherencyFor(logs, sigma)).squares <= most;
  // By its root: where it is small, small steps matter.
  const isRoot = (root: number): boolean => misfit(logs, contentionFor(logs, root ** 2), root ** 2).squares <= most;
  const sigma = [
    edge(isContention, best.contention, 0),
    edge(isContention, best.contention, limits.contention),
  ] as const;
  const root = Math.sqrt(best.coherency);
  const kappa = [edge(isRoot, root, 0), edge(isRoot, root, Math.sqrt(limits.coherency))] as const;
  const counts = Array.from({ length: curveSteps + 1 }, (_, step) => 1 + ((largest - 1) * step) / curveSteps);
  const rest = scan(logs, best, counts, { sigma, root: kappa, most });
  return {
    contention: { value: best.contention, low: sigma[0], high: sigma[1] },
    coherency: { value: best.coherency, low: kappa[0] ** 2, high: kappa[1] ** 2 },
    ...rest,
  };
}

interface Region {
  readonly sigma: readonly [number, number];
  readonly root: readonly [number, number];
  readonly most: number;
}

/** What else can be said of all laws that fit well enough: their extremes over a grid. */
function scan(
  logs: Logs,
  best: LawParameters,
  counts: readonly number[],
  { sigma, root, most }: Region,
): Pick<LawEstimates, 'perOne' | 'peakCount' | 'peakRps' | 'curve'> {
  const peakCount = peakOf(best);
  const found = {
    perOne: new Extremes(best.perOne),
    peakCount: new Extremes(peakCount),
    peakRps: new Extremes(Number.isFinite(peakCount) ? lawAt(best, peakCount) : Infinity),
  };
  const curve = counts.map((count) => ({ count, at: new Extremes(lawAt(best, count)) }));
  const along = ([from, to]: readonly [number, number], step: number): number =>
    from + ((to - from) * step) / gridSteps;
  for (let row = 0; row <= gridSteps; row++) {
    for (let column = 0; column <= gridSteps; column++) {
      const [contention, coherency] = [along(sigma, row), along(root, column) ** 2];
      const { logOne, squares } = misfit(logs, contention, coherency);
      if (squares > most) continue;
      const reach = Math.sqrt((most - squares) / logs.rounds);
      const count = peakOf({ contention, coherency });
      found.peakCount.add(count);
      for (const end of [logOne - reach, logOne + reach]) {
        const law = { perOne: Math.exp(end), contention, coherency };
        found.perOne.add(law.perOne);
        found.peakRps.add(Number.isFinite(count) ? lawAt(law, count) : Infinity);
        for (const { count: of, at } of curve) at.add(lawAt(law, of));
      }
    }
  }
  return {
    perOne: found.perOne.estimate,
    peakCount: found.peakCount.estimate,
    peakRps: found.peakRps.estimate,
    curve: curve.map(({ count, at }) => ({ count, ...at.estimate })),
  };
}

/** The lowest and the highest of what was added. */
class Extremes {
  readonly #value: number;
  #low: number;
  #high: number;

  constructor(value: number) {
    this.#value = value;
    this.#low = value;
    this.#high = value;
  }

  add(value: number): void {
    this.#low = Math.min(this.#low, value);
    this.#high = Math.max(this.#high, value);
  }

  get estimate(): Estimate {
    return { value: this.#value, low: this.#low, high: this.#high };
  }
}
