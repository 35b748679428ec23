import * as z from 'zod/mini'; // zod's functional edition: the same checks, 40 ms less to load than the classic one

/** The ways of keeping an answer in the cache, see `cache/`. */
export const CACHE_STRATEGIES = ['none', 'aside', 'single-flight', 'lock', 'stale-while-revalidate', 'xfetch'] as const;
/** The ways of reading the feed, see `todos/feed.ts`. */
export const FEED_STRATEGIES = ['join', 'n+1', 'batched'] as const;
/** Where a connection to PostgreSQL comes from, see `database/`. */
export const CONNECTION_MODES = ['pool', 'per-request'] as const;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const MAX_INT4 = 2_147_483_647;

function number(form: RegExp, min: number, max: number, accepted: string) {
  return z.pipe(
    z.string(accepted).check(z.regex(form, accepted)),
    z.pipe(z.transform(Number), z.number(accepted).check(z.gte(min, accepted), z.lte(max, accepted))),
  );
}

const whole = (min: number, max: number, standard: number) =>
  z._default(number(/^\d{1,10}$/, min, max, `a whole number from ${min} to ${max} (default ${standard})`), standard);

const decimal = (min: number, max: number, standard: number) =>
  z._default(number(/^\d{1,9}(\.\d+)?$/, min, max, `a number from ${min} to ${max} (default ${standard})`), standard);

const oneOf = <const Choice extends string>(choices: readonly Choice[], standard: NoInfer<Choice>) =>
  z._default(z.enum(choices, `one of ${choices.join(', ')} (default ${standard})`), standard);

const flag = () =>
  z._default(z.pipe(z.enum(['true', 'false'], 'true or false (default false)'), z.transform(isTrue)), false);
const isTrue = (text: 'true' | 'false') => text === 'true';

const address = (form: RegExp, accepted: string) => z.string(accepted).check(z.regex(form, accepted));
const text = (standard: string) => z._default(z.string().check(z.minLength(1, 'a text that is not empty')), standard);

const Environment = z.object({
  PORT: whole(0, 65_535, 3000),
  HOST: text('127.0.0.1'),
  DATABASE_URL: address(/^postgres(ql)?:\/\/./, 'a postgres:// address (required)'),
  REDIS_URL: address(/^rediss?:\/\/[^/]+(\/\d*)?$/, 'a redis:// address (required)'),
  CACHE_STRATEGY: oneOf(CACHE_STRATEGIES, 'none'),
  CACHE_TTL_MS: whole(1, MAX_INT4, 60_000),
  CACHE_TTL_JITTER: decimal(0, 1, 0),
  CACHE_LOCK_TIMEOUT_MS: whole(1, 600_000, 2000),
  CACHE_XFETCH_BETA: decimal(0, 1000, 1),
  FEED_STRATEGY: oneOf(FEED_STRATEGIES, 'join'),
  CONNECTIONS: oneOf(CONNECTION_MODES, 'pool'),
  POOL_SIZE: whole(1, 10_000, 10),
  POOL_QUEUE_LIMIT: whole(0, 1_000_000, 1000),
  POOL_TIMEOUT_MS: whole(1, 600_000, 5000),
  QUERY_COST_MS: decimal(0, 60_000, 0),
  WORKERS: whole(1, 256, 1),
  SERVER_TIMING: oneOf(['on', 'sampled', 'off'], 'on'),
  LINGER_MS: whole(0, 3_600_000, 0),
  GRACE_MS: whole(0, 3_600_000, 10_000),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
  TITLE_INDEX: flag(),
  SEED_USERS: whole(1, 10_000_000, 100),
  SEED_TODOS: whole(0, 100_000_000, 10_000),
  SEED_ALWAYS: flag(),
  MAX_BODY_BYTES: whole(1, 104_857_600, 65_536),
  REPLICA_NAME: z.optional(z.string().check(z.minLength(1, 'a text that is not empty (default: the host name)'))),
});

/** Everything that can be set, under the name of its environment variable. */
export type Settings = Readonly<z.infer<typeof Environment>>;

/** The environment does not make sense: one line for each setting that is wrong. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads the settings from environment variables, once, at the start.
 * @throws {SettingsError} that names every problem, not only the first
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = Environment.safeParse(environment);
  if (parsed.success) return parsed.data;
  const accepted = new Map(parsed.error.issues.map((issue) => [String(issue.path[0]), issue.message]));
  throw new SettingsError(
    [...accepted].map(([name, what]) => `${name}: ${given(environment[name])}; accepted: ${what}`).join('\n'),
  );
}

function given(value: string | undefined): string {
  if (value === undefined) return 'not set';
  return `got ${JSON.stringify(value.replace(/:[^:@/]+@/, ':***@'))}`; // an address may hold a password
}
