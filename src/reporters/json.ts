import { jsonOf } from '../model/foreign-text.ts';
import type { RunRecord } from '../record/run-record.ts';

/** The record itself, as `run.json` holds it; `schemas/run.schema.json` describes it. */
export function jsonReport(record: RunRecord): string {
  return `${jsonOf(record, 1)}\n`;
}
