import type { RunRecord } from '../../src/record/run-record.ts';
import { anatomy, measurement, openLoad, trialRecord } from './records.ts';
import { runRecord } from './run-record.ts';

/** Times in milliseconds, and what a herd does. */
export const herdMetrics = {
  rps: 2000,
  p50: 1,
  p95: 3,
  p99: 4,
  'p99.9': 5,
  max: 6,
  recomputes: 150,
  recomputes_per_expiry: 75,
};

/** A run of two variants: one as it should be, one with errors and too few answers. */
export function herdRecord(changes: Partial<RunRecord> = {}): RunRecord {
  const scenario = {
    prediction: 'Yes.',
    variants: [
      { name: 'stale-while-revalidate', settings: 'defaults' },
      { name: 'lock', settings: 'cache lock' },
    ],
    evidence: ['recomputes', 'recomputes_per_expiry'],
    leftOut: ['p99(xfetch) < 1ms'],
  };
  const usual: Partial<RunRecord> = {
    versions: { postgresql: '18.4' },
    plannedTrials: 2,
    trials: [
      trialRecord({ variant: 'stale-while-revalidate', metrics: herdMetrics }),
      trialRecord({
        number: 2,
        variant: 'lock',
        metrics: { ...herdMetrics, rps: 3000, recomputes: 2 },
        measurement: measurement({ requests: 900, failed: 1234, errors: { 'status-5xx': 1200, reset: 34 } }),
        caveats: [
          { kind: 'too-few-samples', text: '900 answers are too few for p99, p99.9', doubts: ['p99', 'p99.9'] },
        ],
      }),
    ],
    verdicts: [
      { scenario: 'herd', expectation: 'p99 < 5ms', outcome: 'inconclusive', reason: 'lock: too few' },
      { scenario: 'herd', expectation: 'recomputes(lock) <= 2', outcome: 'passed', reason: '2 against 2' },
    ],
  };
  return runRecord({ ...usual, ...changes }, scenario);
}

/** A run of open load that the system did not keep up with. */
export function openHerdRecord(): RunRecord {
  const base = herdRecord();
  const parts = { waiting: 1800, network: 0.5, pool: 38, db: 2, app: 1 };
  const slow = { atMs: 4200, request: 'GET /todos/|7|', latencyUs: 2_000_000, parts: { waiting: 1_900_000 } };
  const trial = trialRecord({
    variant: 'stale-while-revalidate',
    metrics: { ...herdMetrics, offered_rate: 2000, rps: 1200, 'p99.service': 41.5 },
    measurement: measurement({
      open: openLoad({ offered: 20_000, dropped: 1204 }),
      anatomy: [anatomy('p50', { ...parts, waiting: 3 }), anatomy('p99', parts)],
      slowest: [slow, slow, slow, slow],
    }),
    caveats: [{ kind: 'dropped', text: '1,204 of 20,000 requests were dropped', doubts: ['p50', 'p95', 'p99', 'max'] }],
    findings: [
      {
        kind: 'waiting-to-be-sent',
        text: 'The system does not keep up: offered 2,000/s, served 1,200/s.',
        next: 'Find the rate that it keeps up with.',
        command: "scale-lab max-rps herd --variant stale-while-revalidate --slo 'p99 < 100ms'",
      },
      { kind: 'herd', text: 'The cache recomputed 75 times per expiry.' },
    ],
    annotations: [
      { second: 0, text: 'warm-up over' },
      { second: 3, text: 'key expired: 75 recomputes' },
    ],
  });
  const scenarios = base.scenarios.map((scenario) => ({
    ...scenario,
    load: '2,000/s for 10 s',
    workers: 2,
    leftOut: [],
  }));
  return { ...base, scenarios, trials: [trial, { ...trial, variant: 'lock' }], verdicts: [] };
}
