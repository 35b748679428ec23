import type { RunRecord, ScenarioRecord } from '../../src/record/run-record.ts';
import { newRecord } from '../../src/session/new-record.ts';

const herd: ScenarioRecord = {
  name: 'herd',
  question: 'Does a lock stop the herd?',
  load: '10 connections for 10 s',
  workers: 1,
  trust: { utilisation: 0.95, lagMs: 50, scheduleLagMs: 10, shortfall: 0.01, samples: 10 },
  workload: ['GET /todos/{todo}'],
  data: '100 users',
  variants: [
    { name: 'none', settings: 'defaults' },
    { name: 'lock', settings: 'cache lock' },
  ],
  replicas: [1],
  rounds: 1,
  evidence: [],
  leftOut: [],
};

/** A whole run of one scenario without trials, changed as told. */
export function runRecord(changes: Partial<RunRecord> = {}, scenario: Partial<ScenarioRecord> = {}): RunRecord {
  const plan = { seed: 7, scenarios: [], trials: [], leftOut: [] };
  const run = { runId: 'r1', command: 'scale-lab run herd --seed 7', startedAtMs: 0, platform: { name: 'local' } };
  return {
    ...newRecord(plan, run),
    status: 'complete',
    wallMs: 20_000,
    loadMs: 18_000,
    machine: { cpu: 'A CPU', cores: 2, memoryBytes: 8 * 1024 ** 3, os: 'Linux 6', node: 'v20.20.2' },
    scenarios: [{ ...herd, ...scenario }],
    ...changes,
  };
}
