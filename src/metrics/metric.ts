import type { WorkerLoad } from '../model/load-profile.ts';
import type { Measurement } from '../model/measurement.ts';
import type { MetricUnit } from '../model/numbers.ts';
import type { BesideTelemetry, RolloutTimes, ServiceResources, Telemetry } from '../model/telemetry.ts';

/** A trial as its metrics see it: what was recorded, and what is known of it besides. */
export interface MeasuredTrial {
  /** Of all requests, or of one of the workload as if there had been no other. */
  readonly measurement: Measurement;
  readonly telemetry: Telemetry;
  /** All copies of the target, or one service; empty where not all of them are known, as a part of them says nothing. */
  readonly used: readonly ServiceResources[];
  readonly load: WorkerLoad;
  /** The time to live that the settings name; undefined where nothing is known of it. */
  readonly ttlMs: number | undefined;
  /** When the load begins to be highest, where replicas are added for it; undefined where none are. */
  readonly peakAtMs: number | undefined;
  /** When a new version was rolled out; undefined where none was. */
  readonly rollout: RolloutTimes | undefined;
  /** What was done to services, with what clients saw of each act, by metric. */
  readonly acts: readonly { readonly metrics: Readonly<Record<string, number>> }[];
}

/**
 * One number that a trial yields, as expectations, reports and documentation know it. All that is to be known of a metric stands in
 * its entry: nothing else asks for its name to do something else with it than with others.
 */
export interface Metric {
  readonly name: string;
  /** The heading of its column. */
  readonly title: string;
  /** Times are milliseconds. */
  readonly unit: MetricUnit;
  /** Timed evidence is noisy, counted evidence is not. */
  readonly kind: 'timed' | 'counted';
  /**
   * Whom it tells of: the server as clients see it, the server as it sees itself (missing where the replicas tell nothing),
   * or the load generator, and then it holds whatever the generator's state.
   */
  readonly side: 'client' | 'server' | 'generator';
  /** Which direction is good news, for marking the best variant. */
  readonly better: 'higher' | 'lower';
  readonly description: string;
  /** What it is of a trial, in its unit; undefined where what it takes is missing: never zero for want of data. */
  readonly of: (trial: MeasuredTrial) => number | undefined;
  /** What it is of the answers with a status (`503`, or `5xx` for all from 500 to 599), where it can be narrowed to one; without one, of all. */
  readonly byStatus?: (measurement: Measurement, status?: string) => number | undefined;
  /** Whether it can be narrowed to one request of the workload: it takes nothing but the measurement then. */
  readonly byRequest?: true;
  /** Whether it is what the target used by its platform's account, and can be narrowed to one service. */
  readonly byService?: true;
  /** What it is of a service beside what is tested, by what all of its copies counted, where it can be narrowed to one. */
  readonly ofBeside?: (service: BesideTelemetry, trial: MeasuredTrial) => number | undefined;
  /** Whether there is none without a service beside what is tested that counts its requests. */
  readonly besideOnly?: true;
  /** Whether it can be narrowed to one act. */
  readonly byAct?: true;
  /** Whether it takes several trials, those of a search, to know it. */
  readonly bySearch?: true;
  /** Whether there is none but of open load. */
  readonly openOnly?: true;
  /** Whether counters that a server of the user's own may tell are enough for it. */
  readonly fromTarget?: true;
  /**
   * Whether it is read from rows that the database keeps: a copy that dies or tells nothing takes nothing from it, nor does a request that
   * was never sent.
   */
  readonly fromRows?: true;
  /** Whether it says nothing of one replica alone. */
  readonly ofSeveral?: true;
  /** Whether what it differs by is no share of it, as it is mostly zero. */
  readonly isAbsolute?: true;
  /**
   * What it counts, where something that is missing shows in it: answers; losses, which a request becomes one of that fails;
   * requests of open load that were never sent; what replicas counted together, which one more can only add to; or what they have
   * of each other or of the database's.
   */
  readonly counts?: 'answers' | 'losses' | 'never-sent' | 'sum' | 'part';
}
