import { writeFileSync } from 'node:fs';
import { schemaNames, schemaText } from '../src/schemas.ts';

for (const name of schemaNames) writeFileSync(`schemas/${name}.schema.json`, schemaText(name));
