import { environmentOf } from '../../model/app-environment.ts';
import type { Topology } from '../../model/plan.ts';
import { usesCache } from '../../model/system.ts';

/** Where the application finds what it builds on, as seen from where it runs. */
export interface Backends {
  readonly databaseUrl: string;
  /** Undefined where there is no Redis. */
  readonly redisUrl: string | undefined;
}

/** How long a replica may take to answer what is in flight when it is told to stop. */
export const appGraceMs = 3_000;

/** What the queries of a replica cost beyond the setting: the last of several is the slow one, where there is one. */
export function extraCostMs({ replicas, slowReplicaMs }: Topology, number: number): number {
  return replicas > 1 && number === replicas ? slowReplicaMs : 0;
}

/** Where a replica listens, and what its queries cost beyond the setting. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly extraCostMs?: number;
}

/** The settings of the reference app as environment variables, but for the replica's name and the backends: no secret is here. */
export function appSettings(topology: Topology, place: Place): Readonly<Record<string, string>> {
  const { app, data, freshData, serverTiming } = topology;
  const queryCostMs = app.queryCostMs + (place.extraCostMs ?? 0);
  return {
    NODE_ENV: 'production',
    HOST: place.host,
    PORT: String(place.port),
    ...environmentOf({ ...app, queryCostMs }, data),
    SERVER_TIMING: serverTiming ? 'sampled' : 'off',
    SEED_ALWAYS: String(freshData),
    GRACE_MS: String(appGraceMs),
    LOG_LEVEL: 'info',
  };
}

/** All settings of the reference app as environment variables; `place` is the platform's part. */
export function appEnvironment(
  topology: Topology,
  backends: Backends,
  place: Place & { readonly replica: string },
): Readonly<Record<string, string>> {
  const { databaseUrl, redisUrl } = backends;
  return {
    ...appSettings(topology, place),
    REPLICA_NAME: place.replica,
    DATABASE_URL: databaseUrl,
    ...(redisUrl !== undefined && usesCache(topology.app) ? { REDIS_URL: redisUrl } : {}),
  };
}
