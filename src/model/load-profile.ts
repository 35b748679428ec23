import { z } from 'zod';
import type { Expectation } from './expectation.ts';
import type { Immutable } from './immutable.ts';
import { durationOf, peakAtMs, rateStageSchema } from './rate-stages.ts';

/** What sends closed-loop load: autocannon, or the lab's own connections. */
export const closedDrivers = ['autocannon', 'lab'] as const;

/** How the arrivals of an open load are spaced: evenly, or as a Poisson process, as independent users are. */
export const arrivalProcesses = ['even', 'poisson'] as const;

const positive = z.int().positive();

const closedLoadSchema = z.object({
  kind: z.literal('closed'),
  driver: z.enum(closedDrivers),
  connections: positive,
  /** How long a connection waits after an answer before it asks again; only the driver `lab` can. */
  thinkMs: z.number().nonnegative(),
  warmupMs: z.number().nonnegative(),
  durationMs: z.number().positive(),
  /** How long one request may take. */
  timeoutMs: z.number().positive(),
});

const openLoadSchema = z.object({
  kind: z.literal('open'),
  arrivals: z.enum(arrivalProcesses),
  /** At the first stage's first rate. */
  warmupMs: z.number().nonnegative(),
  /** The measured time: one stage for a constant rate. */
  stages: z.array(rateStageSchema).min(1),
  /** The most connections, each with one request in flight; who finds none that is free waits. */
  connections: positive,
  /** The most requests that are due and have not ended: what comes on top is dropped. */
  inFlightLimit: positive,
  /** Whether connections are used again; otherwise each request opens its own. */
  keepAlive: z.boolean(),
  /** How long one request may take from the moment that it is sent. */
  timeoutMs: z.number().positive(),
  /** How long requests are waited for after the measured time; what is then in flight is unfinished. */
  drainMs: z.number().nonnegative(),
});

const burstLoadSchema = z.object({
  kind: z.literal('burst'),
  size: positive,
  times: positive,
  /** From one burst to the next. */
  everyMs: z.number().nonnegative(),
  timeoutMs: z.number().positive(),
});

/** Reads a {@link WorkerLoad} that comes from outside the process. */
export const workerLoadSchema = z.discriminatedUnion('kind', [closedLoadSchema, openLoadSchema, burstLoadSchema]);

/** N connections, each of which waits for its answer before it asks again. */
export type ClosedLoad = Immutable<z.infer<typeof closedLoadSchema>>;

/** Arrivals at a rate, whatever the answers do. */
export type OpenLoad = Immutable<z.infer<typeof openLoadSchema>>;

/** N requests at the same instant, `times` times; one burst before them warms up and is not measured. */
export type BurstLoad = Immutable<z.infer<typeof burstLoadSchema>>;

/** What load workers send. */
export type WorkerLoad = ClosedLoad | OpenLoad | BurstLoad;

/** A search for the highest rate of open load that keeps an objective: probe after probe at one rate each. */
export interface RateSearch {
  readonly kind: 'search';
  /** The first probe: its only stage is the rate that the search begins with, and how long a probe takes. */
  readonly probe: OpenLoad;
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

/** How requests arrive. */
export type LoadProfile = WorkerLoad | RateSearch;

const hour = 3_600_000;
const tenMinutes = 600_000;

/** The least and the most that a load and its trials may have; options of the command line keep to them too. */
export const bounds = {
  connections: { least: 1, most: 10_000 },
  ratePerSecond: { least: 0, most: 200_000 },
  durationMs: { least: 100, most: hour },
  warmupMs: { least: 0, most: tenMinutes },
  timeoutMs: { least: 1, most: tenMinutes },
  replicas: { least: 1, most: 64 },
  rounds: { least: 1, most: 100 },
  workers: { least: 1, most: 64 },
} as const;

/** The load of a scenario that says nothing. */
export const defaultLoad: ClosedLoad = {
  kind: 'closed',
  driver: 'lab',
  connections: 50,
  thinkMs: 0,
  warmupMs: 2000,
  durationMs: 10_000,
  timeoutMs: 10_000,
};

/** What an open load has that says nothing but its rate; how long it takes is the default load's. */
export const defaultOpen: Pick<OpenLoad, 'arrivals' | 'connections' | 'inFlightLimit' | 'keepAlive'> = {
  arrivals: 'even',
  connections: 100,
  inFlightLimit: 10_000,
  keepAlive: true,
};

/** What a burst has that says nothing. */
export const defaultBurst: BurstLoad = { kind: 'burst', size: 100, times: 5, everyMs: 2000, timeoutMs: 10_000 };

/** What load workers send of a load: of a search, in its first probe. */
export function sentLoad(load: LoadProfile): WorkerLoad {
  return load.kind === 'search' ? load.probe : load;
}

/** How long a load lasts, its warm-up included; open load may wait for late answers after it. Of a search it is a guess. */
export function loadMs(load: LoadProfile): number {
  switch (load.kind) {
    case 'closed':
    case 'open':
      return load.warmupMs + measuredMs(load);
    case 'burst':
      return (load.times + 1) * load.everyMs;
    case 'search':
      return probesOf(load) * loadMs(load.probe) + load.probe.warmupMs + load.confirmMs;
  }
}

/** To find the double of the rate that holds from 100/s takes some 6 probes, and some are run twice. */
const usualProbes = 8;

/** About how many probes a search takes: each bisection halves what is not known. */
function probesOf({ precision }: RateSearch): number {
  return usualProbes + Math.ceil(Math.log2(Math.log(2) / Math.log(1 + precision)));
}

/** How long the measured time of a load is. */
export function measuredMs(load: ClosedLoad | OpenLoad): number {
  return load.kind === 'closed' ? load.durationMs : durationOf(load.stages);
}

/** How long a load warms up for; bursts do so by one more of them. */
export function warmupMsOf(load: LoadProfile): number {
  const sent = sentLoad(load);
  return sent.kind === 'burst' ? 0 : sent.warmupMs;
}

/** When the load begins to be highest, from the start of the measured time: with it, unless it has stages. */
export function peakMs(load: LoadProfile): number {
  return load.kind === 'open' ? peakAtMs(load.stages) : 0;
}

/** The most load workers that a load can be shared among: each needs a part of it, and a burst is one instant of one worker. */
export function mostWorkersOf(load: WorkerLoad): number {
  switch (load.kind) {
    case 'closed':
      return load.connections;
    case 'open':
      return Math.min(load.connections, load.inFlightLimit);
    case 'burst':
      return 1;
  }
}

/** How many connections a load has at most. */
export function connectionsOf(load: WorkerLoad): number {
  return load.kind === 'burst' ? load.size : load.connections;
}

/** How long a connection of closed load waits before its next attempt on an address that did not accept it. */
export const retryMs = 50;
