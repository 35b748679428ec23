import type { Cause } from '../../model/failures.ts';
import type { TrialRecord } from '../../record/run-record.ts';

/** An example of a kind of error: `first status-5xx: GET /pay: 503, "no connection"`. */
function causeLine({ kind, request, status, body, words }: Cause): string {
  const answer = [status, body === undefined ? undefined : `"${body}"`, words].filter((part) => part !== undefined);
  return [`first ${kind}`, request, answer.join(', ')].filter((part) => part !== '').join(': ');
}

/** The first example of each kind of error in these trials, a line each. */
export function causeLines(trials: readonly TrialRecord[]): readonly string[] {
  const first = new Map<Cause['kind'], Cause>();
  for (const { measurement } of trials) {
    for (const cause of measurement.causes) if (!first.has(cause.kind)) first.set(cause.kind, cause);
  }
  return [...first.values()].map(causeLine);
}
