import { stringify } from 'yaml';
import { arePlain, escapedYaml } from '../../../model/foreign-text.ts';
import type { Manifest } from './plain.ts';

// Kubernetes reads YAML 1.1, where `on` and `off` are no strings unless they are quoted.
const settings = { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 } as const;

/** Objects as YAML that `kubectl apply` takes: a document each, with lines of comment above all of them. */
export function yamlOf(manifests: readonly Manifest[], comment: readonly string[] = []): string {
  const documents = manifests.map((manifest) => `---\n${documentOf(manifest)}`);
  return [...comment.map((line) => `${`# ${line}`.trimEnd()}\n`), ...documents].join('');
}

/** What cannot be written as it is has to be in quotes, where it can be escaped. */
function documentOf(manifest: Manifest): string {
  const text = stringify(manifest, settings);
  if (arePlain(text)) return text;
  return escapedYaml(stringify(manifest, { ...settings, defaultStringType: 'QUOTE_DOUBLE' }));
}
