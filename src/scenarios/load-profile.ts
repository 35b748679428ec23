import type { BurstLoad, ClosedLoad, OpenLoad } from './scenario.ts';

const hour = 3_600_000;
const tenMinutes = 600_000;

/** The least and the most that a load and its trials may have; options of the command line keep to them too. */
export const limits = {
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
