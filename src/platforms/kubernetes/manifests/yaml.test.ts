import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { topology } from '../../../../test/conformance/topology.ts';
import { runNames } from '../testing/run-names.ts';
import { systemManifests } from './system.ts';
import { yamlOf } from './yaml.ts';

const manifests = systemManifests(runNames(), topology({ replicas: 3, slowReplicaMs: 5 }), 2);
const text = yamlOf(manifests, ['how to use it', '', 'the end']);

// Kubernetes reads the older one, by which a bare `on` is true.
test.each(['1.1', '1.2'] as const)('read as YAML %s it is what was written', (version) => {
  const documents = parseAllDocuments(text, { version });
  expect(
    documents.map((document) => {
      const read: unknown = document.toJS();
      return read;
    }),
  ).toEqual(manifests);
});

test('what is said of it is a comment above it all', () => {
  expect(text.startsWith('# how to use it\n#\n# the end\n---\napiVersion: v1\nkind: Namespace\n')).toBe(true);
});

test('no object refers to a part of another: each can be taken alone', () => {
  for (const document of text.split(/^---$/m).slice(1)) expect(() => void parse(document)).not.toThrow();
  expect(text).not.toMatch(/: [&*]\w/);
});
