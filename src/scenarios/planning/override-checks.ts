import { UsageError } from '../../model/errors.ts';
import { bounds, mostWorkersOf, sentLoad, type WorkerLoad } from '../../model/load-profile.ts';
import { plural } from '../../model/numbers.ts';
import { isConstant } from '../../model/rate-stages.ts';
import { loadsOf, runsAlready, type Scenario } from '../../model/scenario.ts';
import { capitalised } from '../../shapes/fault.ts';
import { durationText, rateText } from '../../shapes/units.ts';
import { actMisfits } from '../schema/act-misfits.ts';
import { misfitsOf } from '../schema/orchestration.ts';

/** What the command line changes of all selected scenarios. */
export interface Overrides {
  readonly variants?: readonly string[] | undefined;
  /** Not for scenarios with targets that run already. */
  readonly replicas?: readonly number[] | undefined;
  /** This and the next two are for closed and open load: a burst has none of them. */
  readonly connections?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly warmupMs?: number | undefined;
  /** For open load at a constant rate. */
  readonly ratePerSecond?: number | undefined;
  readonly rounds?: number | undefined;
  /** How many load workers share the load of a trial: 1 unless it is given. */
  readonly workers?: number | undefined;
  /** False where the system is not to be watched while it is under load. */
  readonly telemetry?: boolean | undefined;
}

/** The options that not every scenario takes: which ones do, and why it may be that none does. */
const selective: readonly {
  readonly option: string;
  readonly key: keyof Overrides;
  readonly takes: (scenario: Scenario) => boolean;
  readonly why: string;
}[] = [
  ...(['connections', 'durationMs', 'warmupMs'] as const).map((key) => ({
    option: `--${key.replace('Ms', '')}`,
    key,
    takes: (scenario: Scenario) => loadsOf(scenario).some(({ kind }) => kind !== 'burst'),
    why: 'all of it sends bursts',
  })),
  {
    option: '--connections',
    key: 'connections',
    takes: sharesConnections,
    why: 'its variants differ in that',
  },
  {
    option: '--rate',
    key: 'ratePerSecond',
    takes: (scenario) => sentLoads(scenario).some((load) => load.kind === 'open' && isConstant(load.stages)),
    why: 'none of it is open load at a constant rate',
  },
  {
    option: '--replicas',
    key: 'replicas',
    takes: ({ variants }) => !variants.some(runsAlready),
    why: 'all of it has targets, which run already',
  },
];

/** Whether all variants have as many connections: where that is what they differ in, one number for all would end the comparison. */
export function sharesConnections(scenario: Scenario): boolean {
  const counts = sentLoads(scenario).flatMap((load) => (load.kind === 'burst' ? [] : load.connections));
  return new Set(counts).size < 2;
}

/**
 * Refuses options that nothing takes.
 * @throws {UsageError} that names them
 */
export function checkFit(scenarios: readonly Scenario[], overrides: Overrides): void {
  const idle = selective.filter(({ key, takes }) => overrides[key] !== undefined && !scenarios.some(takes));
  const [first] = idle;
  if (!first) return;
  const options = idle.filter(({ why }) => why === first.why).map(({ option }) => option);
  throw new UsageError(`Nothing that is selected takes ${options.join(', ')}: ${first.why}`);
}

/**
 * Refuses more workers than a load can be shared among.
 * @throws {UsageError} that says how many are possible
 */
export function checkWorkers(scenario: Scenario, workers = 1): void {
  const load = sentLoads(scenario).find((candidate) => mostWorkersOf(candidate) < workers);
  if (!load) return;
  const { name } = scenario;
  const most = mostWorkersOf(load);
  const hint = most === 1 ? 'Leave --workers out.' : `Use --workers ${most}, or fewer.`;
  throw new UsageError(
    `The load of the scenario "${name}" cannot be shared among ${workers} workers: ${shared(load)}`,
    {
      hint,
    },
  );
}

function sentLoads(scenario: Scenario): readonly WorkerLoad[] {
  return loadsOf(scenario).map(sentLoad);
}

function shared(load: WorkerLoad): string {
  if (load.kind === 'burst') return 'a burst is one instant of one worker';
  if (load.kind === 'open' && load.inFlightLimit < load.connections) {
    return `it has ${plural(load.inFlightLimit, 'request')} in flight`;
  }
  return `it has ${plural(load.connections, 'connection')}`;
}

/**
 * Refuses replica counts and times that do not go with the autoscaling or the acts of a variant.
 * @throws {UsageError} that says why
 */
export function checkOrchestrated({ name, variants, replicas, load: shared }: Scenario): void {
  const [misfit] = variants.flatMap(({ system, load = shared, acts = [] }) => [
    ...misfitsOf(system, { replicas }),
    ...actMisfits(acts, system, { replicas, load }),
  ]);
  if (!misfit) return;
  const { sentence, hint } = misfit;
  const help = hint === undefined ? {} : { hint: `${capitalised(hint)}.` };
  throw new UsageError(`The scenario "${name}" cannot run like this: ${sentence}`, help);
}

/**
 * Refuses values that a scenario file could not have either.
 * @throws {UsageError} that names the option and its limits
 */
export function checkLimits(overrides: Overrides): void {
  const { connections, durationMs, warmupMs, ratePerSecond, rounds, workers, replicas = [] } = overrides;
  check('--connections', connections, bounds.connections, String);
  check('--duration', durationMs, bounds.durationMs, durationText);
  check('--warmup', warmupMs, bounds.warmupMs, durationText);
  check('--rate', ratePerSecond, bounds.ratePerSecond, rateText, Number.isFinite);
  check('--rounds', rounds, bounds.rounds, String);
  check('--workers', workers, bounds.workers, String);
  for (const count of replicas) check('--replicas', count, bounds.replicas, String);
}

function check(
  option: string,
  value: number | undefined,
  { least, most }: { readonly least: number; readonly most: number },
  text: (value: number) => string,
  isPossible: (value: number) => boolean = Number.isInteger,
): void {
  if (value === undefined || (isPossible(value) && value >= least && value <= most)) return;
  throw new UsageError(`${option} must be from ${text(least)} to ${text(most)}, not ${text(value)}`);
}
