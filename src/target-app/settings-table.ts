/**
 * Everything of the app that has limits, choices or a default, as plain data. The app reads its environment by it; the lab reads
 * scenario files by it, writes that environment and says in words what was changed. So a setting is added here, and nowhere else
 * but where it is heeded.
 */

interface Amount {
  /** `duration` is whole milliseconds; `share` is a ratio, which people write as a percentage. */
  readonly kind: 'whole' | 'number' | 'duration' | 'share';
  readonly least: number;
  readonly most: number;
  readonly default: number;
}

interface Choice {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
}

interface Flag {
  readonly kind: 'flag';
  readonly default: boolean;
}

/** A setting of the app. */
export type Setting = (Amount | Choice | Flag) & {
  /** The variable of the app's environment. */
  readonly variable: string;
};

/** A setting that a scenario file chooses. */
export type WrittenSetting = Setting & {
  /** Its key in a scenario file. */
  readonly key: string;
  /** What it is called in messages. */
  readonly noun: string;
};

/** One of which something is said in words where it is changed. */
export type ToldSetting = WrittenSetting & {
  /** What is said of a variant that changes it; the value stands for `{}`. */
  readonly words: string;
  /** Its words are said whether it was changed or not. */
  readonly isAlwaysTold?: true;
  /** The choice of its group's first setting without which nobody heeds it. */
  readonly onlyFor?: string;
};

/** Settings that go together; the first one, alone, is the group written short. */
type Group<S extends Setting> = Readonly<Record<string, S>>;

/** Settings by the names that the lab has for them, alone or in groups. */
export type SettingTable<S extends Setting = Setting> = Readonly<Record<string, S | Group<S>>>;

/** What a setting can be. */
export type ValueOf<S> = S extends Choice ? S['choices'][number] : S extends Flag ? boolean : number;

/** A value for each setting, in the form of the table. */
export type ValuesOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting
    ? ValueOf<Table[Name]>
    : { readonly [Part in keyof Table[Name]]: ValueOf<Table[Name][Part]> };
};

/** Every setting of a table, by itself. */
export type SettingsOf<Table> = {
  [Name in keyof Table]: Table[Name] extends Setting ? Table[Name] : Table[Name][keyof Table[Name]];
}[keyof Table];

/** What a scenario chooses under `app:`. */
export const APP_SETTINGS = {
  cache: {
    strategy: {
      variable: 'CACHE_STRATEGY',
      kind: 'choice',
      choices: ['none', 'aside', 'single-flight', 'lock', 'stale-while-revalidate', 'xfetch'],
      default: 'none',
      key: 'strategy',
      noun: 'the cache strategy',
      words: 'cache {}',
    },
    ttlMs: {
      variable: 'CACHE_TTL_MS',
      kind: 'duration',
      least: 1,
      most: 2_147_483_647,
      default: 60_000,
      key: 'ttl',
      noun: 'the ttl',
      words: 'ttl {}',
      isAlwaysTold: true,
    },
    /** The ttl is multiplied by a random factor in [1 - jitter, 1 + jitter]. */
    jitter: {
      variable: 'CACHE_TTL_JITTER',
      kind: 'share',
      least: 0,
      most: 1,
      default: 0,
      key: 'jitter',
      noun: 'the jitter',
      words: 'jitter {}',
    },
    lockTimeoutMs: {
      variable: 'CACHE_LOCK_TIMEOUT_MS',
      kind: 'duration',
      least: 1,
      most: 600_000,
      default: 2000,
      key: 'lock-timeout',
      noun: 'the lock time-out',
      words: 'lock time-out {}',
      onlyFor: 'lock',
    },
    /** The eagerness of xfetch; 1 is the paper's optimum. */
    beta: {
      variable: 'CACHE_XFETCH_BETA',
      kind: 'number',
      least: 0,
      most: 1000,
      default: 1,
      key: 'beta',
      noun: 'beta',
      words: 'beta {}',
      onlyFor: 'xfetch',
    },
    /** What becomes of a value in the cache when a write changes it. */
    onWrite: {
      variable: 'CACHE_ON_WRITE',
      kind: 'choice',
      choices: ['delete', 'write-through', 'ttl-only'],
      default: 'delete',
      key: 'on-write',
      noun: 'what a write does to the cache',
      words: 'on write: {}',
    },
    /** How many values each process keeps for itself, in front of Redis; 0: none. */
    localSize: {
      variable: 'CACHE_LOCAL_SIZE',
      kind: 'whole',
      least: 0,
      most: 1_000_000,
      default: 0,
      key: 'local-size',
      noun: 'the size of the local cache',
      words: 'local cache of {}',
    },
    localTtlMs: {
      variable: 'CACHE_LOCAL_TTL_MS',
      kind: 'duration',
      least: 1,
      most: 3_600_000,
      default: 1000,
      key: 'local-ttl',
      noun: 'the ttl of the local cache',
      words: 'local ttl {}',
    },
    /** How many of the answers are held against what writers were told. */
    check: {
      variable: 'CACHE_CHECK',
      kind: 'share',
      least: 0,
      most: 1,
      default: 0,
      key: 'check',
      noun: 'the share of answers that are checked',
      words: 'checks {} of the answers',
    },
  },
  feed: {
    variable: 'FEED_STRATEGY',
    kind: 'choice',
    choices: ['join', 'n+1', 'batched'],
    default: 'join',
    key: 'feed',
    noun: 'the feed',
    words: 'feed {}',
  },
  /** How GraphQL comes by the users of todos; without it there is no GraphQL. */
  graphql: {
    variable: 'GRAPHQL',
    kind: 'choice',
    choices: ['off', 'one-by-one', 'loader', 'shared-loader'],
    default: 'off',
    key: 'graphql',
    noun: 'the way of GraphQL',
    words: 'GraphQL {}',
  },
  /** What the cursor of a page is: how many todos come before it, or the last id of them. */
  pages: {
    variable: 'PAGES',
    kind: 'choice',
    choices: ['offset', 'keyset'],
    default: 'offset',
    key: 'pages',
    noun: 'the kind of pages',
    words: 'pages by {}',
  },
  /** In which row of its todo a like is counted. */
  likes: {
    strategy: {
      variable: 'LIKES_STRATEGY',
      kind: 'choice',
      choices: ['one-row', 'sharded', 'append'],
      default: 'one-row',
      key: 'strategy',
      noun: 'the way of counting likes',
      words: 'likes {}',
    },
    shards: {
      variable: 'LIKES_SHARDS',
      kind: 'whole',
      least: 1,
      most: 100_000,
      default: 64,
      key: 'shards',
      noun: 'the number of shards',
      words: '{} shards',
    },
  },
  /** How users hear of the todos that are created. */
  notifications: {
    by: {
      variable: 'NOTIFICATIONS_BY',
      kind: 'choice',
      choices: ['http', 'in-process', 'rabbitmq', 'kafka'],
      default: 'http',
      key: 'by',
      noun: 'the way of notifying',
      words: 'notifications {}',
    },
    /** What Kafka has to have said before a notification counts as handed on. */
    acks: {
      variable: 'NOTIFICATIONS_ACKS',
      kind: 'choice',
      choices: ['all', 'none'],
      default: 'all',
      key: 'acks',
      noun: 'what is awaited of Kafka',
      words: 'acks {}',
    },
    /** Where it is kept which notifications have come. */
    inbox: {
      variable: 'NOTIFICATIONS_INBOX',
      kind: 'choice',
      choices: ['memory', 'table'],
      default: 'memory',
      key: 'inbox',
      noun: 'the inbox',
      words: 'inbox in a {}',
    },
    /** A round trip to the mail server, which is not there: a wait stands for it. */
    mailTimeMs: {
      variable: 'NOTIFICATIONS_MAIL_TIME_MS',
      kind: 'duration',
      least: 0,
      most: 60_000,
      default: 0,
      key: 'mail-time',
      noun: 'the time that a mail takes',
      words: 'a mail takes {}',
    },
    /** Which comes first, the todo or the message about it, or both in one transaction. */
    order: {
      variable: 'NOTIFICATIONS_ORDER',
      kind: 'choice',
      choices: ['write-first', 'tell-first', 'outbox'],
      default: 'write-first',
      key: 'order',
      noun: 'the order of writing and telling',
      words: 'order {}',
    },
    /** What the app does between the two: a wait stands for it. */
    gapMs: {
      variable: 'NOTIFICATIONS_GAP_MS',
      kind: 'duration',
      least: 0,
      most: 60_000,
      default: 0,
      key: 'gap',
      noun: 'the time between writing and telling',
      words: '{} between writing and telling',
    },
  },
  /** Where summaries of users come from: the tables that are written to, or a projection in Redis of the events in Kafka. */
  summaries: {
    variable: 'SUMMARIES',
    kind: 'choice',
    choices: ['tables', 'projection'],
    default: 'tables',
    key: 'summaries',
    noun: 'where summaries come from',
    words: 'summaries from a {}',
  },
  pool: {
    size: {
      variable: 'POOL_SIZE',
      kind: 'whole',
      least: 1,
      most: 10_000,
      default: 10,
      key: 'size',
      noun: 'the pool size',
      words: 'pool of {}',
    },
    queueLimit: {
      variable: 'POOL_QUEUE_LIMIT',
      kind: 'whole',
      least: 0,
      most: 1_000_000,
      default: 1000,
      key: 'queue',
      noun: 'the pool queue',
      words: 'pool queue {}',
    },
    timeoutMs: {
      variable: 'POOL_TIMEOUT_MS',
      kind: 'duration',
      least: 1,
      most: 600_000,
      default: 5000,
      key: 'timeout',
      noun: 'the pool time-out',
      words: 'pool time-out {}',
    },
    /** One in so many borrowers does not give its connection back; 0: everyone does. */
    leakEvery: {
      variable: 'POOL_LEAK_EVERY',
      kind: 'whole',
      least: 0,
      most: 1_000_000,
      default: 0,
      key: 'leak-every',
      noun: 'the leak',
      words: 'one connection in {} leaks',
    },
    /** How long a connection may be out before the pool takes it back; 0: for ever. */
    reclaimAfterMs: {
      variable: 'POOL_RECLAIM_AFTER_MS',
      kind: 'duration',
      least: 0,
      most: 3_600_000,
      default: 0,
      key: 'reclaim-after',
      noun: 'the time to reclaim',
      words: 'reclaims after {}',
    },
  },
  /** By which rule users are divided among the shards that there are, with all that is theirs. */
  sharding: {
    variable: 'SHARDING',
    kind: 'choice',
    choices: ['none', 'modulo', 'consistent-hashing'],
    default: 'none',
    key: 'sharding',
    noun: 'the sharding',
    words: 'sharded by {}',
  },
  /** Which database answers a read: the primary, where writes go, or one of its standbys as well. */
  reads: {
    from: {
      variable: 'READS_FROM',
      kind: 'choice',
      choices: ['primary', 'anywhere', 'after-own-write'],
      default: 'primary',
      key: 'from',
      noun: 'where reads go',
      words: 'reads {}',
    },
    /** By `after-own-write`, for how long after a write of its own a client is sent to the primary. */
    ownWriteMs: {
      variable: 'READS_OWN_WRITE_MS',
      kind: 'duration',
      least: 1,
      most: 3_600_000,
      default: 1000,
      key: 'own-write',
      noun: 'the time after a write of its own',
      words: 'at the primary for {} after a write',
    },
    /** The standbys themselves heed it: it stands for distance, or for a standby that is short of time. */
    lagMs: {
      variable: 'READS_LAG_MS',
      kind: 'duration',
      least: 0,
      most: 20_000,
      default: 0,
      key: 'lag',
      noun: 'the lag of standbys',
      words: 'standbys lag {}',
    },
  },
  connections: {
    variable: 'CONNECTIONS',
    kind: 'choice',
    choices: ['pool', 'per-request'],
    default: 'pool',
    key: 'connections',
    noun: 'the kind of connections',
    words: 'one connection per request',
  },
  /** Added to the queries of the todo routes by `pg_sleep`, which knows no less than a millisecond. */
  queryCostMs: {
    variable: 'QUERY_COST_MS',
    kind: 'duration',
    least: 0,
    most: 60_000,
    default: 0,
    key: 'query-cost',
    noun: 'the query cost',
    words: 'query cost {}',
  },
  /** Rows that PostgreSQL makes up and counts within those queries: what takes its CPU, where a cost in time only waits. */
  queryCpuRows: {
    variable: 'QUERY_CPU_ROWS',
    kind: 'whole',
    least: 0,
    most: 10_000_000,
    default: 0,
    key: 'query-cpu-rows',
    noun: 'the number of rows that a query makes up',
    words: '{} rows made up by each query',
  },
  /** Processes in each replica. */
  workers: {
    variable: 'WORKERS',
    kind: 'whole',
    least: 1,
    most: 256,
    default: 1,
    key: 'workers',
    noun: 'the number of workers',
    words: '{} workers',
  },
  /** Whether the title search has its index. */
  titleIndex: {
    variable: 'TITLE_INDEX',
    kind: 'flag',
    default: false,
    key: 'title-index',
    noun: 'title-index',
    words: 'title index',
  },
} as const satisfies SettingTable<ToldSetting>;

/** What a scenario chooses under `data:`. */
export const DATA_SETTINGS = {
  users: {
    variable: 'SEED_USERS',
    kind: 'whole',
    least: 1,
    most: 10_000_000,
    default: 100,
    key: 'users',
    noun: 'the number of users',
  },
  todos: {
    variable: 'SEED_TODOS',
    kind: 'whole',
    least: 0,
    most: 100_000_000,
    default: 10_000,
    key: 'todos',
    noun: 'the number of todos',
  },
} as const satisfies SettingTable<WrittenSetting>;

/** What whoever starts the app decides, beside its addresses and its name. */
export const PROCESS_SETTINGS = {
  port: { variable: 'PORT', kind: 'whole', least: 0, most: 65_535, default: 3000 },
  serverTiming: { variable: 'SERVER_TIMING', kind: 'choice', choices: ['on', 'sampled', 'off'], default: 'on' },
  lingerMs: { variable: 'LINGER_MS', kind: 'duration', least: 0, most: 3_600_000, default: 0 },
  graceMs: { variable: 'GRACE_MS', kind: 'duration', least: 0, most: 3_600_000, default: 10_000 },
  logLevel: {
    variable: 'LOG_LEVEL',
    kind: 'choice',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
  },
  seedAlways: { variable: 'SEED_ALWAYS', kind: 'flag', default: false },
  maxBodyBytes: { variable: 'MAX_BODY_BYTES', kind: 'whole', least: 1, most: 104_857_600, default: 65_536 },
} as const satisfies SettingTable;

/** Whether these are settings that go together, and not one by itself. */
export function isGroup<S extends Setting>(entry: S | Group<S>): entry is Group<S> {
  return typeof entry.variable !== 'string';
}

/** Every setting of a table, by itself. */
export function settingsOf<S extends Setting>(table: SettingTable<S>): readonly S[] {
  return Object.values(table).flatMap((entry) => (isGroup(entry) ? Object.values(entry) : [entry]));
}
