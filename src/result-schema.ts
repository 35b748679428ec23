import { z } from 'zod';
import { runRecordSchema } from './result.ts';

/** The JSON Schema of `run.json`, as `schemas/run.schema.json` publishes it (`npm run schemas` writes it). */
export function runSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(runRecordSchema), null, 2)}\n`;
}
