import type { Data } from './app-settings.ts';
import type { Expectation } from './expectation.ts';
import type { System } from './system.ts';

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

/**
 * One kind of request of a workload. Keys in braces in its texts are drawn anew for each request; variables of the environment
 * stand in them as they are written, and the load worker fills them in.
 */
export interface RequestTemplate {
  /** What its results are told under: its method and path as they are written, unless it was given one. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly weight: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; JSON bodies are written out by the parser. */
  readonly body?: string | undefined;
  /** Whether the body is JSON, in which the value of a variable is part of a text. */
  readonly json?: boolean | undefined;
  readonly check: AnswerCheck;
}

/** Which requests are sent: a seeded mix over keys with a distribution. */
export interface Workload {
  readonly requests: readonly RequestTemplate[];
  readonly keys: Readonly<Record<string, KeyDistribution>>;
}

/** The texts of a request in which variables may stand. */
export function textsOf({ path, headers, body, check }: RequestTemplate): readonly string[] {
  return [path, ...Object.values(headers), ...[body, check.contains].filter((text) => text !== undefined)];
}

/** The names of a workload's requests, each once: those that say the same method and path, and no name, are told as one. */
export function requestNames({ requests }: Workload): readonly string[] {
  return [...new Set(requests.map(({ name }) => name))];
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
  /** How long it may take: what is not known by then stays so. */
  readonly budgetMs: number;
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

/** A named system under test. */
export interface Variant {
  readonly name: string;
  readonly system: System;
  /** Its own load in place of the scenario's: what it says of it is laid over that. */
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
  /** The server of the user's own that its variants share, as it is before they change it; undefined where they share none. */
  readonly target: System | undefined;
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

/** The load of each variant, in their order: the scenario's where it has none of its own. */
export function loadsOf({ variants, load }: Pick<Scenario, 'variants' | 'load'>): readonly LoadProfile[] {
  return variants.map((variant) => variant.load ?? load);
}

/** Whether the variant is a server of the user's own. */
export function isTarget({ system }: Variant): boolean {
  return system.kind !== 'app';
}

/** Whether the variant runs already: the lab starts no replicas of it. */
export function runsAlready({ system }: Variant): boolean {
  return system.kind === 'url';
}
