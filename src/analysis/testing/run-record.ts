import { scenario } from '../../../test/fakes/scenario.ts';
import type { RunRecord, TrialRecord } from '../../record/run-record.ts';
import { planOfScenarios } from '../../scenarios/planning/expand.ts';
import { newRecord } from '../../session/new-record.ts';

/** A machine that is the same wherever the tests run. */
export const machine = {
  cpu: 'A CPU',
  cores: 2,
  memoryBytes: 8 * 2 ** 30,
  os: 'linux',
  node: '20.19.0',
};

/** A complete run of the scenario "herd" with its variants, on that machine, which has measured those trials. */
export function runRecord(id: string, variants: readonly string[], trials: readonly TrialRecord[]): RunRecord {
  const plan = planOfScenarios([scenario({ variants })], {}, 1);
  const run = { runId: id, command: 'scale-lab run herd', startedAtMs: 0, platform: { name: 'local' } };
  return { ...newRecord(plan, run), machine, status: 'complete', trials: [...trials] };
}
