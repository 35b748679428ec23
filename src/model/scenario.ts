import { z } from 'zod';
import type { ValuesOf, DATA_SETTINGS } from '../target-app/settings-table.ts';
import type { Act } from './acts.ts';
import type { Expectation } from './expectation.ts';
import type { Immutable } from './immutable.ts';
import type { LoadProfile } from './load-profile.ts';
import type { System } from './system.ts';
import type { Workload } from './workload.ts';

/** How many rows the database holds before the load. */
export type Data = ValuesOf<typeof DATA_SETTINGS>;

/** Reads {@link Trust}. */
export const trustSchema = z
  .object({
    /** Share of the time that the busiest worker's event loop may be busy. */
    utilisation: z.number(),
    /** How late the timers of a worker may be at p99. */
    lagMs: z.number(),
    /** How late the pacer of open load may be at p99. */
    scheduleLagMs: z.number(),
    /** Share of the offered requests that the pacer may have failed to release within the measured time. */
    shortfall: z.number(),
    /** How many answers have to lie beyond a percentile. */
    samples: z.number(),
  })
  .describe('Past these the generator, or the number of samples, is not trusted');

/** Past these a trial's generator, or the number of its samples, is not trusted. */
export type Trust = Immutable<z.infer<typeof trustSchema>>;

/** A named system under test. */
export interface Variant {
  readonly name: string;
  readonly system: System;
  /** Its own load in place of the scenario's: what it says of it is laid over that. */
  readonly load?: LoadProfile | undefined;
  /** What is done to it while the load goes on; left out where that is nothing. */
  readonly acts?: readonly Act[] | undefined;
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
export const imageNames = ['node', 'postgres', 'redis', 'nginx', 'rabbitmq', 'kafka', 'pgbouncer'] as const;

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
