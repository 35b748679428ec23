import type { RunRecord } from '../result.ts';

/** The record itself, as `run.json` holds it; `schemas/run.schema.json` describes it. */
export function jsonReport(record: RunRecord): string {
  return `${JSON.stringify(record, null, 1)}\n`;
}
