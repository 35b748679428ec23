import * as z from 'zod/mini'; // zod's functional edition: the same checks, 40 ms less to load than the classic one

import {
  APP_SETTINGS,
  DATA_SETTINGS,
  PROCESS_SETTINGS,
  settingsOf,
  type Setting,
  type SettingsOf,
  type SettingTable,
  type ValueOf,
} from './settings-table.ts';

/** The ways of keeping an answer in the cache, see `cache/`. */
export const CACHE_STRATEGIES = APP_SETTINGS.cache.strategy.choices;
/** The ways of reading the feed, see `todos/feed.ts`. */
export const FEED_STRATEGIES = APP_SETTINGS.feed.choices;

function number(form: RegExp, { least, most }: { least: number; most: number }, accepted: string) {
  return z.pipe(
    z.string(accepted).check(z.regex(form, accepted)),
    z.pipe(z.transform(Number), z.number(accepted).check(z.gte(least, accepted), z.lte(most, accepted))),
  );
}

function schemaOf(setting: Setting) {
  const standard = `(default ${setting.default})`;
  switch (setting.kind) {
    case 'whole':
    case 'duration': {
      const accepted = `a whole number from ${setting.least} to ${setting.most} ${standard}`;
      return z._default(number(/^\d{1,10}$/, setting, accepted), setting.default);
    }
    case 'number':
    case 'share': {
      const accepted = `a number from ${setting.least} to ${setting.most} ${standard}`;
      return z._default(number(/^\d{1,9}(\.\d+)?$/, setting, accepted), setting.default);
    }
    case 'choice':
      return z._default(z.enum(setting.choices, `one of ${setting.choices.join(', ')} ${standard}`), setting.default);
    case 'flag': {
      const isTrue = z.transform((text: 'true' | 'false') => text === 'true');
      return z._default(z.pipe(z.enum(['true', 'false'], `true or false ${standard}`), isTrue), setting.default);
    }
  }
}

type SchemasOf<S> = { readonly [One in S as NameOf<One>]: z.ZodMiniType<ValueOf<One>> };
type NameOf<S> = S extends Setting ? S['variable'] : never;

/** The schemas of a table's settings, by their variables. */
function schemasOf<Table extends SettingTable>(table: Table): SchemasOf<SettingsOf<Table>>;
function schemasOf(table: SettingTable): Readonly<Record<string, z.ZodMiniType>> {
  return Object.fromEntries(settingsOf(table).map((setting) => [setting.variable, schemaOf(setting)]));
}

const address = (form: RegExp, accepted: string) => z.string(accepted).check(z.regex(form, accepted));
const redisAddress = address(
  /^rediss?:\/\/[^/]+(\/\d*)?$/,
  'a redis:// address (required unless CACHE_STRATEGY is none and SUMMARIES is tables)',
);
const text = (standard: string) => z.string().check(z.minLength(1, `a text that is not empty (default: ${standard})`));

const amqpAddress = address(
  /^amqps?:\/\/[^/]+(\/.*)?$/,
  'an amqp:// address (required where NOTIFICATIONS_BY is rabbitmq)',
);
const kafkaAddress = address(
  /^kafka:\/\/[^:/@]+:[^:/@]+@[^/@]+$/,
  'a kafka:// address with user and password (required where NOTIFICATIONS_BY is kafka or SUMMARIES is projection)',
);
const databaseAddress = (accepted: string) => address(/^postgres(ql)?:\/\/./, `a postgres:// address (${accepted})`);
const shardAddresses = z.record(z.string(), databaseAddress('one for each shard'));

/** Of databases with the users and the data of the one at DATABASE_URL. */
const standbys = z.pipe(
  z
    .string()
    .check(z.regex(/^[^\s,/@]+:\d+(,[^\s,/@]+:\d+)*$/, 'host:port of each, with commas between them (default: none)')),
  z.transform((text) => text.split(',')),
);

const ServerEnvironment = z.object({
  HOST: z._default(text('127.0.0.1'), '127.0.0.1'),
  REPLICA_NAME: z.optional(text('the host name')),
  ...schemasOf(PROCESS_SETTINGS),
});
const Environment = z.extend(ServerEnvironment, {
  DATABASE_URL: databaseAddress('required'),
  SHARD_URLS: shardAddresses,
  STANDBYS: z._default(standbys, []),
  POOLER_URL: z.optional(address(/^postgres(ql)?:\/\/./, 'a postgres:// address')),
  REDIS_URL: z.optional(redisAddress),
  AMQP_URL: z.optional(amqpAddress),
  KAFKA_URL: z.optional(kafkaAddress),
  NOTIFIER_URL: z.optional(address(/^http:\/\/[^/]+\/?$/, 'an http:// address without a path')),
  ...schemasOf(APP_SETTINGS),
  ...schemasOf(DATA_SETTINGS),
});
const inboxAddress = databaseAddress('required where NOTIFICATIONS_INBOX is table');
const NotifierEnvironment = z.extend(ServerEnvironment, {
  DATABASE_URL: z.optional(inboxAddress),
  AMQP_URL: z.optional(amqpAddress),
  KAFKA_URL: z.optional(kafkaAddress),
  ...schemasOf({ notifications: APP_SETTINGS.notifications }),
});
const ProjectorEnvironment = z.extend(ServerEnvironment, { KAFKA_URL: kafkaAddress, REDIS_URL: redisAddress });

/** What every server of this program is told: how it listens, logs and ends. */
export type ServerSettings = Readonly<z.infer<typeof ServerEnvironment>>;

/**
 * Everything that can be set for the app, under the name of its environment variable. Where there is a cache strategy, there is a Redis,
 * and what it notifies by is there too.
 */
export type Settings = Readonly<z.infer<typeof Environment>>;

/** The same for the notifier. An inbox in a table has a database. */
export type NotifierSettings = Readonly<z.infer<typeof NotifierEnvironment>>;

/** The same for the projector, which has what it reads from and what it writes to. */
export type ProjectorSettings = Readonly<z.infer<typeof ProjectorEnvironment>>;

/** The environment does not make sense: one line for each setting that is wrong. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the app's settings from environment variables, once, at the start.
 * @throws {SettingsError} that names every problem, not only the first
 */
export function readSettings(environment: Variables): Settings {
  const { CACHE_STRATEGY: strategy = 'none', SHARDING: sharding = 'none', SUMMARIES: summaries } = environment;
  const isProjected = summaries === 'projection';
  const SHARD_URLS = shardUrlsIn(environment);
  return read(
    Environment,
    { ...environment, SHARD_URLS },
    {
      ...((strategy !== 'none' || isProjected) && { REDIS_URL: redisAddress }),
      ...(isProjected && { KAFKA_URL: kafkaAddress }),
      ...(sharding !== 'none' && neededForShards),
      ...brokerOf(environment),
    },
  );
}

/** A variable for each shard: SHARD_URL_NORTH is where the shard north is. */
const shardVariable = /^SHARD_URL_(?<name>\w+)$/;

/** The addresses of the shards by their variables, in the order of those. */
function shardUrlsIn(environment: Variables): Variables {
  const found = Object.entries(environment).filter(([name]) => shardVariable.test(name));
  return Object.fromEntries(found.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Users are divided among shards with their todos. What else is kept is kept in one database, and knows of no other. */
const neededForShards: Required = {
  SHARD_URLS: shardAddresses.check(
    z.refine((urls) => Object.keys(urls).length > 0, 'SHARD_URL_* of at least one shard (unless SHARDING is none)'),
  ),
  GRAPHQL: z.optional(z.literal('off', 'off (unless SHARDING is none)')),
  NOTIFICATIONS_BY: z.optional(z.literal('http', 'http (unless SHARDING is none)')),
  NOTIFICATIONS_ORDER: z.optional(z.literal('write-first', 'write-first (unless SHARDING is none)')),
  NOTIFIER_URL: z.optional(z.never('nothing (unless SHARDING is none)')),
  READS_FROM: z.optional(z.literal('primary', 'primary (unless SHARDING is none)')),
  SUMMARIES: z.optional(z.literal('tables', 'tables (unless SHARDING is none)')),
};

/** A database that has some of the users. */
export interface ShardAddress {
  /** As its variable calls it: `shard-a` of SHARD_URL_SHARD_A. */
  readonly name: string;
  readonly url: string;
}

/** The shards that users are divided among, in the order of their names; none where there is one database. */
export function shardsIn({ SHARDING, SHARD_URLS }: Pick<Settings, 'SHARDING' | 'SHARD_URLS'>): readonly ShardAddress[] {
  if (SHARDING === 'none') return [];
  return Object.entries(SHARD_URLS).map(([variable, url]) => {
    const { name = variable } = shardVariable.exec(variable)?.groups ?? {};
    return { name: name.toLowerCase().replaceAll('_', '-'), url };
  });
}

/** The same for the notifier, which needs nobody unless it is told to. */
export function readNotifierSettings(environment: Variables): NotifierSettings {
  const { NOTIFICATIONS_INBOX: inbox } = environment;
  return read(NotifierEnvironment, environment, {
    ...(inbox === 'table' && { DATABASE_URL: inboxAddress }),
    ...brokerOf(environment),
  });
}

/** The same for the projector. */
export function readProjectorSettings(environment: Variables): ProjectorSettings {
  return read(ProjectorEnvironment, environment, {});
}

/** Where the broker is that notifications go by, if they do. */
function brokerOf({ NOTIFICATIONS_BY: by }: Variables): Required {
  if (by === 'rabbitmq') return { AMQP_URL: amqpAddress };
  return by === 'kafka' ? { KAFKA_URL: kafkaAddress } : {};
}

/** What may be left out otherwise, and not with what else is set. */
type Required = Readonly<Record<string, z.ZodMiniType>>;

/** What is read: variables, and those of shards together. */
type Given = Readonly<Record<string, string | undefined | Variables>>;

function read<Schema extends z.ZodMiniType>(schema: Schema, environment: Given, required: Required): z.infer<Schema> {
  const parsed = schema.safeParse(environment);
  const missing = z.object(required).safeParse(environment);
  if (parsed.success && missing.success) return parsed.data;
  const issues = [parsed, missing].flatMap(({ error }) => error?.issues ?? []);
  const accepted = new Map(issues.map((issue) => [String(issue.path.at(-1)), issue.message]));
  throw new SettingsError(
    [...accepted].map(([name, what]) => `${name}: ${given(environment[name])}; accepted: ${what}`).join('\n'),
  );
}

function given(value: Given[string]): string {
  if (typeof value !== 'string') return 'not set';
  return `got ${JSON.stringify(value.replace(/:[^:@/]+@/, ':***@'))}`; // an address may hold a password
}
