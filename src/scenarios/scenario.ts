import type { Expectation } from './expectation.ts';

/** How a key such as `{todo}` in a request is drawn; keys are whole numbers from 1 to `of`. */
export type KeyDistribution =
  | { readonly kind: 'uniform'; readonly of: number }
  | { readonly kind: 'zipf'; readonly exponent: number; readonly of: number }
  | { readonly kind: 'hot'; readonly key: number };

/** What makes an answer right. Without one, any status below 400 is. */
export interface AnswerCheck {
  /** The only status that counts as right. */
  readonly status?: number | undefined;
  /** Text that the body must contain; keys in braces are filled in as in the request. */
  readonly contains?: string | undefined;
}

/** One kind of request of a workload; keys in braces in `path` and `body` are drawn anew for each request. */
export interface RequestTemplate {
  readonly method: string;
  readonly path: string;
  readonly weight: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; JSON bodies are written out by the parser. */
  readonly body?: string | undefined;
  readonly check: AnswerCheck;
}

/** Which requests are sent: a seeded mix over keys with a distribution. */
export interface Workload {
  readonly requests: readonly RequestTemplate[];
  readonly keys: Readonly<Record<string, KeyDistribution>>;
}

/** What sends closed-loop load: autocannon, or the lab's own connections. */
export const closedDrivers = ['autocannon', 'lab'] as const;

/** N connections, each of which waits for its answer before it asks again. */
export interface ClosedLoad {
  readonly kind: 'closed';
  readonly driver: (typeof closedDrivers)[number];
  readonly connections: number;
  /** How long a connection waits after an answer before it asks again; only the driver `lab` can. */
  readonly thinkMs: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  /** How long one request may take. */
  readonly timeoutMs: number;
}

/** N requests at the same instant, `times` times; one burst before them warms up and is not measured. */
export interface BurstLoad {
  readonly kind: 'burst';
  readonly size: number;
  readonly times: number;
  /** From one burst to the next. */
  readonly everyMs: number;
  readonly timeoutMs: number;
}

/** A stretch of open load over which the rate goes evenly from one value to another. */
export interface RateStage {
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  readonly durationMs: number;
}

/** How the arrivals of an open load are spaced: evenly, or as a Poisson process, as independent users are. */
export const arrivalProcesses = ['even', 'poisson'] as const;

/** A search for the highest rate that keeps an objective, in place of a load at one rate. */
export interface RateSearch {
  /** Claims about one trial, all of which are to hold: they name no variant and no replica count. Never empty. */
  readonly slo: readonly Expectation[];
  /** How long the rate that was found is confirmed for. */
  readonly confirmMs: number;
  /** The answer is known to this share of itself. */
  readonly precision: number;
  /** No higher rate is tried. */
  readonly mostPerSecond: number;
}

/** Arrivals at a rate, whatever the answers do. */
export interface OpenLoad {
  readonly kind: 'open';
  readonly arrivals: (typeof arrivalProcesses)[number];
  /** At the first stage's first rate. */
  readonly warmupMs: number;
  /** The measured time: one stage for a constant rate. Never empty. */
  readonly stages: readonly RateStage[];
  /** The most connections, each with one request in flight; who finds none that is free waits. */
  readonly connections: number;
  /** The most requests that are due and have not ended: what comes on top is dropped. */
  readonly inFlightLimit: number;
  /** Whether connections are used again; otherwise each request opens its own. */
  readonly keepAlive: boolean;
  /** How long one request may take from the moment that it is sent. */
  readonly timeoutMs: number;
  /** How long requests are waited for after the measured time; what is then in flight is unfinished. */
  readonly drainMs: number;
  /** Where it is there, the only stage is the first probe: how long one takes, and the rate that it begins with. */
  readonly search?: RateSearch | undefined;
}

/** How requests arrive. */
export type LoadProfile = ClosedLoad | OpenLoad | BurstLoad;

/** Past these a trial's generator, or the number of its samples, is not trusted. */
export interface Trust {
  /** Share of the time that the busiest worker's event loop may be busy. */
  readonly utilisation: number;
  /** How late the timers of a worker may be at p99. */
  readonly lagMs: number;
  /** How late the pacer of open load may be at p99. */
  readonly scheduleLagMs: number;
  /** Share of the offered requests that the pacer may have failed to release within the measured time. */
  readonly shortfall: number;
  /** How many answers have to lie beyond a percentile. */
  readonly samples: number;
}

/** The cache strategies of the reference app. */
export const cacheStrategies = ['none', 'aside', 'single-flight', 'lock', 'stale-while-revalidate', 'xfetch'] as const;

/** The ways in which the reference app loads its feed. */
export const feedStrategies = ['join', 'n+1', 'batched'] as const;

/** What a scenario chooses of the reference app; a platform turns it into environment variables. */
export interface AppSettings {
  readonly cache: {
    readonly strategy: (typeof cacheStrategies)[number];
    readonly ttlMs: number;
    /** The ttl is multiplied by a random factor in [1 - jitter, 1 + jitter]. */
    readonly jitter: number;
    readonly lockTimeoutMs: number;
    /** The eagerness of xfetch; 1 is the paper's optimum. */
    readonly beta: number;
  };
  readonly feed: (typeof feedStrategies)[number];
  readonly pool: { readonly size: number; readonly queueLimit: number; readonly timeoutMs: number };
  readonly connections: 'pool' | 'per-request';
  /** Added to the queries of the todo routes by `pg_sleep`. */
  readonly queryCostMs: number;
  /** Processes in each replica. */
  readonly workers: number;
  /** Whether the title search has its index. */
  readonly titleIndex: boolean;
}

/** How a balancer in front of several replicas chooses among them. */
export const balancers = ['round-robin', 'least-connections', 'ip-hash', 'random-two'] as const;

/** One of {@link balancers}. */
export type Balancer = (typeof balancers)[number];

/** A rule that adds replicas when they are busy and takes them away again, as a HorizontalPodAutoscaler has it. */
export interface Autoscale {
  /** The share of its CPU request that a replica is to use on average: 0.5 is half of it. */
  readonly cpu: number;
  readonly least: number;
  readonly most: number;
}

/** How a replica ends when it is replaced: told to stop and given time to answer what is in flight, or killed. */
export const shutdowns = ['graceful', 'abrupt'] as const;

/** A new version that takes the place of the running one, replica by replica, while the load goes on. */
export interface Rollout {
  /** When it begins, from the start of the measured time. */
  readonly atMs: number;
  /** Abrupt ones also have no readiness probe: they are sent requests as soon as they are started. */
  readonly shutdown: (typeof shutdowns)[number];
}

/** How many rows the database holds before the load. */
export interface Data {
  readonly users: number;
  readonly todos: number;
}

/** How much each replica may use; undefined for as much as there is. */
export interface Limits {
  /** In cores: 0.5 is half of one. */
  readonly cpu: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** The reference app, as a variant has it. */
export interface AppSystem {
  readonly kind: 'app';
  readonly app: AppSettings;
  /** Undefined where nothing is said of it: nginx in turn, or what the platform itself has. */
  readonly balancer: Balancer | undefined;
  readonly limits: Limits;
  /** Added to the query cost of the last replica, which is then slower than the others. */
  readonly slowReplicaMs: number;
  readonly autoscale: Autoscale | undefined;
  readonly rollout: Rollout | undefined;
}

/** A server of the user's own that runs already: nothing is started. */
export interface UrlSystem {
  readonly kind: 'url';
  readonly url: string;
}

/** The counters that a server may tell of itself on its Prometheus endpoint, as the reference app names them. */
export const toldCounters = [
  'http_requests_total',
  'db_queries_total',
  'cache_hits_total',
  'cache_misses_total',
  'cache_recomputes_total',
  'db_pool_rejected_total',
] as const;

/** One of {@link toldCounters}. */
export type ToldCounter = (typeof toldCounters)[number];

/** What a server of the user's own has, however it is started. */
interface HostedSettings {
  /** Beside `PORT`, the port that it is to listen on. */
  readonly environment: Readonly<Record<string, string>>;
  /** The path that answers with a status below 400 once it is ready; undefined where listening is enough. */
  readonly readyPath: string | undefined;
  /** How long it may take to be ready. */
  readonly readyLimitMs: number;
  /** The path of its Prometheus endpoint; undefined where it has none. */
  readonly metricsPath: string | undefined;
  /** What it calls the counters that the lab knows, where that is something else. */
  readonly counters: Readonly<Partial<Record<ToldCounter, string>>>;
  /** How requests are dealt out over several replicas. */
  readonly balancer: Balancer | undefined;
  readonly limits: Limits;
}

/** A server of the user's own that the lab starts as a process of this machine. */
export interface CommandSystem extends HostedSettings {
  readonly kind: 'command';
  /** A command line for `/bin/sh`; `{port}` in it is the port. */
  readonly command: string;
  /** The folder that it runs in; absolute. */
  readonly folder: string;
  /** The port that it listens on by itself; undefined where it heeds `PORT` or `{port}`, and any free one will do. */
  readonly port: number | undefined;
}

/** A server of the user's own that the lab starts as containers. */
export interface ImageSystem extends HostedSettings {
  readonly kind: 'image';
  readonly image: string;
  /** What it is started with; undefined for what the image says. */
  readonly args: readonly string[] | undefined;
  /** The port that it listens on inside. */
  readonly port: number;
}

/** A server of the user's own that the lab starts. */
export type HostedSystem = CommandSystem | ImageSystem;

/** What is under test. */
export type System = AppSystem | UrlSystem | HostedSystem;

/** A named system under test. */
export interface Variant {
  readonly name: string;
  readonly system: System;
  /** Its own load in place of the scenario's. */
  readonly load?: LoadProfile | undefined;
}

/** One experiment. Every default has been applied. */
export interface Scenario {
  readonly name: string;
  readonly question: string;
  readonly prediction: string | undefined;
  readonly data: Data;
  readonly workload: Workload;
  readonly load: LoadProfile;
  readonly trust: Trust;
  readonly variants: readonly Variant[];
  readonly replicas: readonly number[];
  readonly rounds: number;
  /** Names of the counted metrics that the scenario is about: its own columns in a report. */
  readonly evidence: readonly string[];
  readonly expectations: readonly Expectation[];
}

/** A named selection of scenarios, some of them shortened. */
export interface Suite {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
}

/** The base images that container platforms build on. */
export const imageNames = ['node', 'postgres', 'redis', 'nginx'] as const;

/** One of {@link imageNames}. */
export type ImageName = (typeof imageNames)[number];

/** A whole scenario file, parsed. */
export interface ScenarioFile {
  readonly path: string;
  /** Base images that take the place of the default ones. */
  readonly images: Readonly<Partial<Record<ImageName, string>>>;
  readonly scenarios: readonly Scenario[];
  readonly suites: readonly Suite[];
}

/** True where a request of the workload may change rows, so that data must be laid anew before the next trial. */
export function writes(workload: Workload): boolean {
  return workload.requests.some((request) => !['GET', 'HEAD', 'OPTIONS'].includes(request.method));
}

/** Whether the variant is a server of the user's own. */
export function isTarget({ system }: Variant): boolean {
  return system.kind !== 'app';
}
