import { answerFaults, type Outcome } from './job.ts';

/**
 * Answers are counted twice, by their statuses and by whether they were right: says how the two differ; undefined where they
 * agree.
 */
export function statusImbalance({
  statuses,
  requests,
  errors,
}: Pick<Outcome, 'statuses' | 'requests' | 'errors'>): string | undefined {
  const byStatus = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  const answers = answerFaults.reduce((sum, kind) => sum + (errors[kind] ?? 0), requests);
  return byStatus === answers ? undefined : `${byStatus} answers by status, ${answers} right and wrong ones`;
}
