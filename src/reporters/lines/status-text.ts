import type { RunRecord } from '../../record/run-record.ts';

/** Why a run is not whole, if it is not. */
export function statusText(record: RunRecord): string | undefined {
  const done = `${record.trials.length} of ${record.plannedTrials} trials were measured`;
  switch (record.status) {
    case 'complete':
      return undefined;
    case 'interrupted':
      return `Interrupted: ${done}; there is no verdict.`;
    case 'broken off':
      return `Broken off: ${done}; there is no verdict. ${record.problem ?? ''}`.trim();
    case 'running':
      return `Still running, or killed: ${done} so far.`;
  }
}
