import { UsageError } from '../errors.ts';
import { plural } from '../numbers.ts';
import { limits } from './load-profile.ts';
import type { Overrides } from './overrides.ts';
import { isConstant } from './rate-stages.ts';
import { isTarget, type LoadProfile, type Scenario } from './scenario.ts';
import { durationText, rateText } from './units.ts';

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
    takes: ({ load }: Scenario) => load.kind !== 'burst',
    why: 'all of it sends bursts',
  })),
  {
    option: '--rate',
    key: 'ratePerSecond',
    takes: ({ load }) => load.kind === 'open' && isConstant(load.stages),
    why: 'none of it is open load at a constant rate',
  },
  {
    option: '--replicas',
    key: 'replicas',
    takes: ({ variants }) => !variants.some(isTarget),
    why: 'all of it has targets, which run already',
  },
];

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
 * Refuses more workers than there is load to share.
 * @throws {UsageError} that says how many are possible
 */
export function checkWorkers({ name, load }: Scenario, workers = 1): void {
  const { count, words } = sharedOut(load);
  if (workers <= count) return;
  throw new UsageError(`The load of the scenario "${name}" is too small for ${workers} workers: ${words}`, {
    hint: `Use --workers ${count}, or fewer.`,
  });
}

/** What is dealt out over the workers, of which each needs at least one. */
function sharedOut(load: LoadProfile): { readonly count: number; readonly words: string } {
  if (load.kind === 'burst') return { count: load.size, words: `bursts of ${plural(load.size, 'request')}` };
  const { connections } = load;
  const inFlight = load.kind === 'open' ? load.inFlightLimit : Infinity;
  return inFlight < connections
    ? { count: inFlight, words: `${plural(inFlight, 'request')} in flight` }
    : { count: connections, words: plural(connections, 'connection') };
}

/**
 * Refuses values that a scenario file could not have either.
 * @throws {UsageError} that names the option and its limits
 */
export function checkLimits(overrides: Overrides): void {
  const { connections, durationMs, warmupMs, ratePerSecond, rounds, workers, replicas = [] } = overrides;
  check('--connections', connections, limits.connections, String);
  check('--duration', durationMs, limits.durationMs, durationText);
  check('--warmup', warmupMs, limits.warmupMs, durationText);
  check('--rate', ratePerSecond, limits.ratePerSecond, rateText, Number.isFinite);
  check('--rounds', rounds, limits.rounds, String);
  check('--workers', workers, limits.workers, String);
  for (const count of replicas) check('--replicas', count, limits.replicas, String);
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
