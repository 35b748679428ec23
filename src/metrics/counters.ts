import type { BesideTelemetry, Telemetry } from '../model/telemetry.ts';

/** What each of some copies counted. */
export type Counted = Telemetry['replicas'];

/** Sums a counter over the replicas; undefined where no replica reported it. */
export function total({ replicas }: Pick<Telemetry, 'replicas'>, counter: string): number | undefined {
  const values = replicas.flatMap(({ counters }) => counters[counter] ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

/** How requests were dealt out over some copies, in their order; none where none were. */
export function shares(copies: Counted): readonly number[] {
  const counts = copies.map(({ counters }) => counters.http_requests_total ?? 0);
  const all = counts.reduce((whole, count) => whole + count, 0);
  return all === 0 ? [] : counts.map((count) => count / all);
}

/** The requests that all copies of a service beside what is tested counted; undefined where one of them did not tell all of its. */
export function requestsOf(service: BesideTelemetry): number | undefined {
  return isWhole(service) ? total({ replicas: service.copies }, 'http_requests_total') : undefined;
}

/** Whether it is known what every copy of a service counted, to the end. */
export function isWhole({ lost, silent, left = [] }: BesideTelemetry): boolean {
  return lost.length === 0 && silent.length === 0 && left.length === 0;
}

/** One number over another; undefined where either is missing, or the other is none. */
export function ratio(numerator: number | undefined, denominator: number | undefined): number | undefined {
  if (numerator === undefined || denominator === undefined || denominator === 0) return undefined;
  return numerator / denominator;
}

/** Two numbers together; undefined where either is missing. */
export function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
