import type { Telemetry } from '../model/telemetry.ts';

/** Sums a counter over the replicas; undefined where no replica reported it. */
export function total(telemetry: Telemetry, counter: string): number | undefined {
  const values = telemetry.replicas.flatMap(({ counters }) => counters[counter] ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
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
