import { leastRounds, planLooks, type Looks } from '../analysis/statistics/looks.ts';
import { UsageError } from '../model/errors.ts';
import { referencesOf, type Expectation, type MetricReference } from '../model/expectation.ts';
import { loadMs, type LoadProfile } from '../model/load-profile.ts';
import { formatDuration } from '../model/numbers.ts';
import type { Pace, Plan } from '../model/plan.ts';
import { isConstant } from '../model/rate-stages.ts';
import type { Scenario, Variant } from '../model/scenario.ts';
import { writes } from '../model/workload.ts';
import { changeLoad } from '../scenarios/change-load.ts';
import { planOfScenarios } from '../scenarios/planning/expand.ts';
import type { Overrides } from '../scenarios/planning/override-checks.ts';
import { override } from '../scenarios/planning/overrides.ts';

/** How long two sides may be set against each other, and in which way. */
export interface MatchSettings {
  /** For all of it. */
  readonly budgetMs: number;
  /** How many batches of rounds have to fit: a second one confirms what the first has found. */
  readonly batches: 1 | 2;
  /** Whether both sides are up at once; otherwise each takes the other's place in every round. */
  readonly isSideBySide: boolean;
  readonly pace: Pace;
  readonly overrides: Overrides;
  readonly seed: number;
}

/** Two sides, A and B, and the rounds in which they are set against each other. */
export interface Match {
  /** All rounds that there may be time for: fewer are run where the numbers resolve earlier. */
  readonly plan: Plan;
  readonly scenario: Scenario;
  readonly a: string;
  readonly b: string;
  readonly replicas: number;
  /** When the numbers are looked at, if no fresh batch begins before. */
  readonly looks: Looks;
  /** The claims of the scenario that name no variant, and so hold of either side. */
  readonly claims: readonly Expectation[];
  /** Rounds are begun as long as all of them have not taken longer than this. */
  readonly roundsMs: number;
  readonly isSideBySide: boolean;
}

/** A load that says nothing of its times gets so many rounds into the budget. */
const wantedRounds = 27;
/** Its rounds are at least so long. */
const leastMeasuredMs = 500;
/** With their warm-up they are: a request of the first 300 ms that hangs is then seen to wait for a second. */
const leastSeenMs = 1300;
/** Enough for sides that stay up and are warm after their first rounds. */
const shortWarmupMs = 500;

/**
 * Plans the rounds of two variants. Unless it is told, a round takes as long as fits: many short rounds say more than few long
 * ones, as a round is one number.
 * @throws {UsageError} for overrides that do not fit, and where the budget is too short to resolve anything
 */
export function matchOf(base: Scenario, [a, b]: readonly [Variant, Variant], settings: MatchSettings): Match {
  const { overrides, seed, batches, isSideBySide, pace } = settings;
  const { replicas: counts = base.replicas.slice(0, 1) } = overrides;
  const [replicas = 1] = counts;
  if (counts.length > 1) throw new UsageError('Two sides are compared at one replica count.', { hint: 'Name one.' });
  const opened = (load: LoadProfile): LoadProfile => atRate(load, overrides.ratePerSecond);
  const sides = {
    ...base,
    load: opened(base.load),
    variants: [a, b].map((it) => (it.load ? { ...it, load: opened(it.load) } : it)),
    replicas: [replicas],
    expectations: [],
  };
  const [changed] = override([{ original: sides, chosen: sides }], overrides);
  if (changed === undefined) throw new Error('a match has lost its scenario');
  const roundsMs = settings.budgetMs - pace.startMs;
  const overheadMs = isSideBySide && !writes(base.workload) ? pace.workerMs : pace.deployMs;
  // An act has its moment, which a load that is cut short might not reach.
  const hasActs = [a, b].some(({ acts = [] }) => acts.length > 0);
  const roomMs = roundsMs / batches / (2 * wantedRounds) - overheadMs;
  const fit = (load: LoadProfile): LoadProfile => (hasActs ? load : shortened(load, overrides, isSideBySide, roomMs));
  const scenario = { ...changed.scenario, load: fit(changed.scenario.load) };
  const variants = changed.scenario.variants.map((it) => (it.load ? { ...it, load: fit(it.load) } : it));
  const roundMs = variants.reduce((sum, { load = scenario.load }) => sum + overheadMs + loadMs(load), 0);
  const mostRounds = Math.floor(roundsMs / roundMs);
  const looks = mostRounds < batches * leastRounds ? undefined : planLooks(mostRounds);
  if (looks === undefined) throw tooShort(settings, roundMs);
  const rounds = Math.min(mostRounds, (looks.rounds.at(-1) ?? 0) * batches);
  const match = { ...scenario, variants, rounds };
  const plan = planOfScenarios([match], overrides, seed);
  const claims = base.expectations.filter((claim) => referencesOf(claim).every(isOfEither));
  return { plan, scenario: match, a: a.name, b: b.name, replicas, looks, claims, roundsMs, isSideBySide };
}

/**
 * Closed load at a rate is open load: both sides get the same requests, however fast they answer, and what differs is how long
 * these take.
 */
function atRate(load: LoadProfile, ratePerSecond: number | undefined): LoadProfile {
  if (ratePerSecond === undefined || load.kind !== 'closed') return load;
  const changed = changeLoad(load, { rate: ratePerSecond });
  return 'value' in changed ? changed.value : load;
}

function isOfEither({ variant, replicas }: MetricReference): boolean {
  return variant === undefined && replicas === undefined;
}

/** The load with times that fit, where it has none that it needs and nothing was said of them. */
function shortened(load: LoadProfile, overrides: Overrides, isSideBySide: boolean, roomMs: number): LoadProfile {
  if (load.kind === 'burst' || load.kind === 'search') return load;
  if (load.kind === 'open' && !isConstant(load.stages)) return load;
  const warmup = overrides.warmupMs ?? (isSideBySide ? Math.min(load.warmupMs, shortWarmupMs) : load.warmupMs);
  const fitting = Math.max(leastMeasuredMs, leastSeenMs - warmup, Math.floor((roomMs - warmup) / 100) * 100);
  const most = load.kind === 'open' ? loadMs(load) - load.warmupMs : load.durationMs;
  const changed = changeLoad(load, { warmup, duration: overrides.durationMs ?? Math.min(most, fitting) });
  return 'value' in changed ? changed.value : load;
}

function tooShort({ budgetMs, batches }: MatchSettings, roundMs: number): UsageError {
  const least = leastRounds * roundMs * batches;
  const budget = formatDuration(budgetMs);
  return new UsageError(
    `In ${budget} no difference can be told from chance: a round of both sides takes ${formatDuration(roundMs)}`,
    {
      hint: `Give it --budget ${Math.ceil(least / 60_000) + 1}m, or shorter rounds: with --duration ${leastSeenMs - shortWarmupMs}ms they still show requests that hang.`,
    },
  );
}
