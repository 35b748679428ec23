import { answerErrors, type ErrorKind } from './failures.ts';

/**
 * Answers are counted twice, by their statuses and by whether they were right: says how the two differ; undefined where they
 * agree.
 */
export function statusImbalance({
  statuses,
  requests,
  errors,
}: {
  readonly statuses: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly errors: Readonly<Partial<Record<ErrorKind, number>>>;
}): string | undefined {
  const byStatus = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const answers = answerErrors.reduce((sum, kind) => sum + (errors[kind] ?? 0), requests);
  return byStatus === answers ? undefined : `${byStatus} answers by status, ${answers} right and wrong ones`;
}
