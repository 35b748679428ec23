import type { Anatomy, Measurement } from '../../src/model/measurement.ts';
import type { BesideTelemetry, Telemetry } from '../../src/model/telemetry.ts';
import type { TrialRecord } from '../../src/record/run-record.ts';

/** A measurement of `requests` right answers in ten seconds, with latencies that are easy to recognise. */
export function measurement(changes: Partial<Measurement> = {}): Measurement {
  const { requests = 20_000, errors = {} } = changes;
  return {
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 10_000,
    carried: 0,
    sent: 20_000,
    requests,
    failed: 0,
    completed: requests,
    unfinished: 0,
    bytes: 1_000_000,
    statuses: { '200': requests, ...(errors['status-5xx'] && { '500': errors['status-5xx'] }) },
    errors,
    causes: [],
    ownLimits: {},
    latency: {
      meanUs: 1100,
      p50Us: 1000,
      p90Us: 2000,
      p95Us: 3000,
      p99Us: 4000,
      p999Us: 5000,
      maxUs: 6000,
      histogram: '',
    },
    refusals: {},
    waiting: { longestUs: 0, overdue: { requests: 0, waitedUs: 0, shortestUs: 0 }, histogram: '' },
    inFlightMs: 22_000,
    byRequest: [],
    timeline: [{ second: 0, sent: 20_000, requests: 20_000, errors: 0, p50Us: 1000, p99Us: 4500, maxUs: 6000 }],
    anatomy: [],
    slowest: [],
    generator: { cpuRatio: 0.4, eventLoopUtilisation: 0.5, lagP99Us: 900, longestPauseUs: 2000, pauseEndedAtMs: 4200 },
    ...changes,
  };
}

/** What open load of 2,000/s adds to {@link measurement}: all of it sent in time, each service time half of the latency. */
export function openLoad(changes: Partial<NonNullable<Measurement['open']>> = {}): NonNullable<Measurement['open']> {
  return {
    offered: 20_000,
    released: 20_000,
    dropped: 0,
    unsent: 0,
    unsentLongestUs: 0,
    late: 0,
    connectionsMost: 40,
    inFlightMost: 10,
    service: {
      meanUs: 550,
      p50Us: 500,
      p90Us: 1000,
      p95Us: 1500,
      p99Us: 2000,
      p999Us: 2500,
      maxUs: 3000,
      histogram: '',
    },
    scheduleLag: { p50Us: 100, p99Us: 700, maxUs: 1200 },
    ...changes,
  };
}

/** How the time at p99 divides, in milliseconds by part. */
export function anatomy(percentile: Anatomy['percentile'], partsMs: Readonly<Record<string, number>>): Anatomy {
  const parts = Object.fromEntries(Object.entries(partsMs).map(([part, ms]) => [part, ms * 1000]));
  const latencyUs = Object.values(parts).reduce((sum, us) => sum + us, 0);
  return { percentile, latencyUs, samples: 100, parts };
}

/** What one replica counted in the measured time. */
export function telemetry(counters: Record<string, number> = {}, changes: Partial<Telemetry> = {}): Telemetry {
  return {
    replicas: [{ replica: 'app-1', counters, gauges: {} }],
    timeline: { seconds: [], series: [] },
    lost: [],
    silent: [],
    ...changes,
  };
}

/** What database and cache counted in the measured time. */
export function backends(
  counters: Record<string, number>,
  gauges: Record<string, number> = {},
): NonNullable<Telemetry['backends']> {
  return { counters, gauges, statements: [] };
}

/** What a service beside what is tested counted: the requests of each copy of it, "mailer-1", "mailer-2" and so on. */
export function beside(
  service: string,
  requests: readonly number[],
  changes: Partial<BesideTelemetry> = {},
): BesideTelemetry {
  const copies = requests.map((count, index) => ({
    replica: `${service}-${index + 1}`,
    counters: { http_requests_total: count },
    gauges: {},
  }));
  return { service, copies, lost: [], silent: [], ...changes };
}

/**
 * A sample a second from `from` on, by series: `{ 'app-1 db_pool_in_use': [10, 10, null] }`, and `{ 'mailer-1 up mailer': [1, null] }` of a
 * copy of a service beside what is tested.
 */
export function timeline(series: Readonly<Record<string, (number | null)[]>>, from = 0): Telemetry['timeline'] {
  const length = Math.max(0, ...Object.values(series).map((values) => values.length));
  return {
    seconds: Array.from({ length }, (_, index) => from + index),
    series: Object.entries(series).map(([key, values]) => {
      const [source = '', name = '', service] = key.split(' ');
      return { source, ...(service !== undefined && { service }), name, values };
    }),
  };
}

/** A trial with the metrics given, and nothing else that matters. */
export function trialRecord(changes: Partial<TrialRecord> & Pick<TrialRecord, 'metrics'>): TrialRecord {
  return {
    number: 1,
    scenario: 'herd',
    variant: 'aside',
    replicas: 1,
    round: 1,
    measurement: measurement(),
    telemetry: telemetry(),
    resources: [],
    caveats: [],
    byRequest: [],
    findings: [],
    annotations: [],
    ...changes,
  };
}
