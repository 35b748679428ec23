import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageFolder } from '../../../machine/package.ts';
import { checkSchema } from '../testing/published-schemas.ts';
import { clusterRole, neededRights } from './rights.ts';

test('docs/kubernetes.md shows the role as it is', () => {
  const page = readFileSync(path.join(packageFolder, 'docs', 'kubernetes.md'), 'utf8');
  const block = /```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(page)?.[1];
  expect(parse(block ?? '')).toEqual(clusterRole());
});

test('the role is what the published schema takes', () => {
  expect(() => checkSchema(clusterRole())).not.toThrow();
});

test('the lab never reads secrets, and asks for no right twice or by a wildcard', () => {
  const secrets = neededRights.filter(({ resource }) => resource === 'secrets');
  expect(secrets.map(({ verbs }) => verbs)).toEqual([['create', 'delete']]);
  expect(new Set(neededRights.map(({ group, resource }) => `${group}/${resource}`)).size).toBe(neededRights.length);
  expect(JSON.stringify(neededRights)).not.toContain('*');
});
