import { writeFileSync } from 'node:fs';
import { schemaNames, schemaText } from '../src/verbs/schemas.ts';

for (const name of schemaNames) writeFileSync(`schemas/${name}.schema.json`, schemaText(name));
