/** A system that provokes a finding, and the same as its advice has it. */
export interface AdviceCase {
  /** The finding. */
  readonly kind: string;
  /** What its advice says of what is done here. */
  readonly says: RegExp;
  /** What is done. */
  readonly followed: string;
  /** Of a scenario: what both sides have. */
  readonly common: Readonly<Record<string, unknown>>;
  readonly before: Readonly<Record<string, unknown>>;
  /** Left out where it is the rate that the command of the finding finds. */
  readonly after?: Readonly<Record<string, unknown>>;
  readonly metric: 'rps' | 'p99' | 'error_rate' | 'recomputes';
  /** Whether the advice is against it: then it must not help. */
  readonly isAgainst?: true;
  /** Whether each side gets a stack of its own: one leaves connections behind on which the next would wait. */
  readonly isAlone?: true;
  /** Whether other work takes all cores before, and is gone after. */
  readonly isCrowded?: true;
}

const read = ['GET /todos/{todo}'];
const todo = { uniform: 1000 };
const slow = { workload: ['GET /todos/1'], load: { connections: 8 } };

/** One for each finding that gives advice and can be provoked on one machine without limits; the shipped application is the system. */
export const adviceCases: readonly AdviceCase[] = [
  {
    kind: 'pool-wait',
    says: /would help/,
    followed: 'a pool of 4 instead of 2',
    common: { ...slow, app: { 'query-cost': '20ms' } },
    before: { app: { pool: 2 } },
    after: { app: { pool: 4 } },
    metric: 'p99',
  },
  {
    kind: 'pool-wait',
    says: /would not help/,
    followed: 'a pool of 10 instead of 5, all the same',
    common: { workload: read, keys: { todo }, load: { connections: 60 } },
    before: { app: { pool: 5 } },
    after: { app: { pool: 10 } },
    metric: 'rps',
    isAgainst: true,
  },
  {
    kind: 'many-queries',
    says: /join/,
    followed: 'a join instead of 21 queries',
    common: { workload: ['GET /feed?limit=20'], load: { connections: 20 } },
    before: { app: { feed: 'n+1' } },
    after: { app: { feed: 'join' } },
    metric: 'rps',
  },
  {
    kind: 'rows-read',
    says: /index/,
    followed: 'an index',
    common: {
      data: { users: 10, todos: 5000 },
      workload: ['GET /todos/search?title=4999'],
      load: { connections: 20 },
    },
    before: { app: { 'title-index': false } },
    after: { app: { 'title-index': true } },
    metric: 'rps',
  },
  {
    kind: 'herd',
    says: /single-flight/,
    followed: 'a shared promise',
    common: { workload: ['GET /todos/1'], load: { connections: 100 }, app: { 'query-cost': '100ms' } },
    before: { app: { cache: { strategy: 'aside', ttl: '500ms' } } },
    after: { app: { cache: { strategy: 'single-flight', ttl: '500ms' } } },
    metric: 'p99',
  },
  {
    kind: 'herd',
    says: /cache: lock/,
    followed: 'a lock for 4 replicas that each have a shared promise',
    common: {
      workload: ['GET /todos/1'],
      load: { connections: 100 },
      app: { 'query-cost': '50ms' },
      replicas: 4,
    },
    before: { app: { cache: { strategy: 'single-flight', ttl: '1s' } } },
    after: { app: { cache: { strategy: 'lock', ttl: '1s' } } },
    metric: 'recomputes',
  },
  {
    kind: 'uneven-replicas',
    says: /round-robin/,
    followed: 'requests dealt out in turn',
    common: {
      workload: ['GET /todos/1'],
      load: { connections: 30 },
      app: { pool: 2, 'query-cost': '20ms' },
      replicas: 3,
    },
    before: { balancer: 'ip-hash' },
    after: { balancer: 'round-robin' },
    metric: 'rps',
  },
  {
    kind: 'slow-replica',
    says: /least-connections/,
    followed: 'least connections',
    common: { workload: ['GET /todos/1'], load: { connections: 30 }, app: { 'query-cost': '5ms' }, replicas: 3 },
    before: { balancer: 'round-robin', 'slow-replica': '100ms' },
    after: { balancer: 'least-connections', 'slow-replica': '100ms' },
    metric: 'rps',
  },
  {
    kind: 'connection-limit',
    says: /smaller pools/,
    followed: 'a pool of 90 instead of 150',
    common: {
      workload: ['GET /todos/1'],
      load: { connections: 150, warmup: '3s', duration: '6s' },
      app: { 'query-cost': '1s' },
    },
    before: { app: { pool: 150 } },
    after: { app: { pool: 90 } },
    metric: 'error_rate',
    isAlone: true,
  },
  {
    kind: 'database-dominates',
    says: /a cache|less often/,
    followed: 'a cache',
    common: { workload: ['GET /todos/1'], load: { connections: 10 }, app: { pool: 20, 'query-cost': '50ms' } },
    before: { app: { cache: 'none' } },
    after: { app: { cache: { strategy: 'single-flight', ttl: '10s' } } },
    metric: 'rps',
  },
  {
    kind: 'event-loop-full',
    says: /a cache/,
    followed: 'a cache',
    common: { workload: read, keys: { todo: { uniform: 100 } }, load: { connections: 60 }, app: { pool: 20 } },
    before: { app: { cache: 'none' } },
    after: { app: { cache: { strategy: 'aside', ttl: '60s' } } },
    metric: 'rps',
  },
  {
    kind: 'machine-full',
    says: /End what else runs/,
    followed: 'the other work ended',
    common: { workload: read, keys: { todo }, load: { connections: 20 } },
    before: {},
    after: {},
    metric: 'rps',
    isCrowded: true,
  },
  {
    kind: 'waiting-to-be-sent',
    says: /the rate that it keeps up with/,
    followed: 'the rate that its command finds',
    common: { workload: ['GET /todos/1'], app: { pool: 2, 'query-cost': '20ms' } },
    before: { load: { rate: '300/s', connections: 10, duration: '3s', warmup: '1s' } },
    metric: 'p99',
  },
];
