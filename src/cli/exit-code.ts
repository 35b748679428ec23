import { exitCodes, type ExitCode } from '../model/errors.ts';
import type { RunRecord } from '../record/run-record.ts';

/** What a command ends with that judges: a failed verdict counts before one that is inconclusive. */
export function exitCodeOf({ verdicts }: Pick<RunRecord, 'verdicts'>): ExitCode {
  if (verdicts.some(({ outcome }) => outcome === 'failed')) return exitCodes.failed;
  return verdicts.some(({ outcome }) => outcome === 'inconclusive') ? exitCodes.inconclusive : exitCodes.passed;
}
