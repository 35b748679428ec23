import type { ValuesOf, APP_SETTINGS } from '../target-app/settings-table.ts';

/** What a scenario chooses of the reference app. */
export type AppSettings = ValuesOf<typeof APP_SETTINGS>;

/** How a balancer in front of several replicas chooses among them. */
export const balancingMethods = ['round-robin', 'least-connections', 'ip-hash', 'random-two'] as const;

/** One of {@link balancingMethods}. */
export type BalancingMethod = (typeof balancingMethods)[number];

/** What stands in front of several replicas. */
export interface Balancer {
  readonly method: BalancingMethod;
  /** Whether a replica that did not answer is left alone for a while (10 s). */
  readonly healthChecks: boolean;
  /** On how many other replicas a request is tried that failed on one, where it may be repeated: one that changes nothing. */
  readonly retries: number;
}

/** A balancer that chooses in this way, and is not told more. */
export function balancedBy(method: BalancingMethod): Balancer {
  return { method, healthChecks: true, retries: 0 };
}

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

/** How much each replica may use; undefined for as much as there is. */
export interface Limits {
  /** In cores: 0.5 is half of one. */
  readonly cpu: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** The reference app, as a variant has it. */
export interface AppSystem extends Served {
  readonly kind: 'app';
  readonly app: AppSettings;
  /** Whether Redis runs beside it: where a variant of its scenario uses a cache, it does beside all of them. */
  readonly hasRedis: boolean;
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
interface HostedSettings extends Served {
  /** Beside `PORT`, the port that it is to listen on. */
  readonly environment: Readonly<Record<string, string>>;
  /** The path that answers with a status below 400 once it is ready; undefined where any answer to `GET /` will do. */
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

/** Where an image listens unless it is told otherwise: what most platforms that run containers set PORT to. */
export const imagePort = 8080;

/** How long a server may take to be ready unless it is told otherwise. */
export const usualReadyLimitMs = 30_000;

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

/** What runs beside what is under test, and is there for it. */
interface Served {
  /** Each is reached by what is under test; left out where there are none. */
  readonly services?: readonly ServiceUse[] | undefined;
  /**
   * Those of them, and of the stores, that are reached through a link which can be made slow or be cut: where a variant of its scenario
   * does that, they are in all of them. Left out where there are none.
   */
  readonly links?: readonly string[] | undefined;
}

interface Used {
  /** As the system calls it: a DNS label that nothing else in it has. */
  readonly name: string;
  /** How many copies it has, all alike: "mailer-1", "mailer-2". Undefined for one that is called as the service. */
  readonly replicas: number | undefined;
}

/** A service of the catalogue, by the name of its entry. */
export interface EntryUse extends Used {
  readonly kind: 'entry';
  readonly entry: string;
  readonly limits: Limits;
}

/** A second server of the user's own. */
export type OwnUse = (Omit<CommandSystem, keyof Served> | Omit<ImageSystem, keyof Served>) &
  Used & {
    /** The variable by which what is under test is told its address: `MAILER_URL`. */
    readonly variable: string;
  };

/** A service that runs beside what is under test, as a variant has it. */
export type ServiceUse = EntryUse | OwnUse;

/** What is under test. */
export type System = AppSystem | UrlSystem | HostedSystem;

/** What is under test, and is not the reference app. */
interface NotTheApp {
  readonly kind: Exclude<System['kind'], 'app'>;
}

/** What a scenario chooses of the reference app, where that is what is tested: for those who mean it and nothing else. */
export function appIn(system: Pick<AppSystem, 'kind' | 'app'> | NotTheApp): AppSettings | undefined {
  return system.kind === 'app' ? system.app : undefined;
}

/** The rule by which replicas are added and taken away; undefined where their number stays. */
export function autoscaleIn(system: Pick<AppSystem, 'kind' | 'autoscale'> | NotTheApp): Autoscale | undefined {
  return system.kind === 'app' ? system.autoscale : undefined;
}

/** What of a system, or of one as it runs for a trial, says which services it has. */
export interface Composition {
  readonly kind: System['kind'];
  readonly services?: readonly ServiceUse[] | undefined;
}

/** As usage calls what is under test, without the number of a copy. */
export function testedName({ kind }: Composition): string {
  return kind === 'app' ? 'app' : 'target';
}

/** Whether there may be any number of copies of a service, called by number: "app-2". Of another there is one, called as the service. */
export function isNumbered(system: Composition, service: string): boolean {
  const { services = [] } = system;
  return (
    service === testedName(system) || services.some(({ name, replicas }) => name === service && replicas !== undefined)
  );
}

/** By name, the services that run for a system at that many replicas, with the copies of each; none of a server that runs already. */
export function copiesIn(system: System, replicas: number): ReadonlyMap<string, number> {
  if (system.kind === 'url') return new Map();
  const { services = [] } = system;
  return new Map([
    [testedName(system), replicas],
    ...(replicas > 1 ? [['nginx', 1] as const] : []),
    ...(system.kind === 'app' ? [['postgres', 1] as const] : []),
    ...(system.kind === 'app' && system.hasRedis ? [['redis', 1] as const] : []),
    ...services.map(({ name, replicas: copies = 1 }) => [name, copies] as const),
  ]);
}

/**
 * The services that run for a system at up to that many replicas, by the names that usage has; none of a server that runs
 * already. A cluster names the copies itself.
 */
export function servicesOf(system: System, replicas: number): readonly string[] {
  return [...copiesIn(system, replicas)].flatMap(([name, count]) =>
    isNumbered(system, name) ? numbered(name, count) : [name],
  );
}

function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

/** Whether the lab starts it, and it is the user's own. */
export function isHosted<T extends { readonly kind: string }>(
  system: T,
): system is Extract<T, { readonly kind: HostedSystem['kind'] }> {
  return system.kind === 'command' || system.kind === 'image';
}

/** Whether it keeps answers in Redis. */
export function usesCache({ cache }: AppSettings): boolean {
  return cache.strategy !== 'none';
}

/** Whether it reads anything from Redis: answers, or what a projector has made there. */
export function usesRedis(app: AppSettings): boolean {
  return usesCache(app) || app.summaries === 'projection';
}
