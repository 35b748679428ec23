import type { Measurement, Telemetry, TrialRecord } from '../../src/result.ts';

/** A measurement of `requests` right answers in ten seconds, with latencies that are easy to recognise. */
export function measurement(changes: Partial<Measurement> = {}): Measurement {
  return {
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 10_000,
    carried: 0,
    sent: 20_000,
    requests: 20_000,
    failed: 0,
    unfinished: 0,
    bytes: 1_000_000,
    statuses: { '200': 20_000 },
    errors: {},
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
    timeline: [{ second: 0, requests: 20_000, errors: 0, p50Us: 1000, p99Us: 4500, maxUs: 6000 }],
    generator: { cpuRatio: 0.4, eventLoopUtilisation: 0.5, lagP99Us: 900 },
    ...changes,
  };
}

/** What one replica counted in the measured time. */
export function telemetry(counters: Record<string, number> = {}): Telemetry {
  return { replicas: [{ replica: 'app-1', counters, gauges: {} }], lost: [], silent: [] };
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
    ...changes,
  };
}
