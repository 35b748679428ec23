import { z } from 'zod';
import { jsonEventSchema } from '../record/event.ts';
import { runRecordSchema } from '../record/run-record.ts';
import { scenarioFileForm } from '../scenarios/file-form.ts';

/** The formats that are published. */
export const schemaNames = ['scenarios', 'run', 'event'] as const;

/** One of {@link schemaNames}. */
export type SchemaName = (typeof schemaNames)[number];

const schemas: Readonly<Record<SchemaName, () => object>> = {
  scenarios: scenarioFileForm,
  run: () => z.toJSONSchema(runRecordSchema),
  event: () => z.toJSONSchema(jsonEventSchema),
};

/** A format as JSON Schema, as `schemas/<name>.schema.json` publishes it (`npm run schemas` writes them); it ends with a newline. */
export function schemaText(name: SchemaName): string {
  return `${JSON.stringify(schemas[name](), null, 2)}\n`;
}
