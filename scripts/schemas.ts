import { writeFileSync } from 'node:fs';
import { runSchemaText } from '../src/result-schema.ts';

writeFileSync('schemas/run.schema.json', runSchemaText());
