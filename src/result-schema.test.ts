import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { measurement, telemetry, trialRecord } from '../test/fakes/records.ts';
import { newRecord } from './record.ts';
import { runSchemaText } from './result-schema.ts';

describe('the published schema of run.json', () => {
  it('is the one that the code writes; else run `npm run schemas`', () => {
    expect(readFileSync('schemas/run.schema.json', 'utf8')).toBe(runSchemaText());
  });

  it('accepts a record and refuses a wrong one', () => {
    const ajv = new Ajv2020({ strict: true, validateFormats: false });
    const validate = ajv.compile(JSON.parse(readFileSync('schemas/run.schema.json', 'utf8')) as object);
    const plan = { seed: 1, scenarios: [], trials: [], leftOut: [] };
    const run = { runId: 'x', command: 'scale-lab run', startedAtMs: 0, platform: { name: 'local' } };
    const trial = trialRecord({ metrics: { rps: 1 }, measurement: measurement(), telemetry: telemetry({ a: 1 }) });
    const record = { ...newRecord(plan, run), trials: [trial] };
    expect(validate(record), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...record, trials: [{ ...trial, measurement: { ...trial.measurement, sent: -1 } }] })).toBe(
      false,
    );
  });
});
