import type { V1ConfigMap, V1EnvVar, V1Secret } from '@kubernetes/client-node';
import { type File, type Service, type Variables, plainText } from '../../../services/service.ts';
import { configMap, secret } from './objects.ts';
import { type Described, dataFolderOf, filesFolder, imageOf, podName } from './place.ts';
import type { Plain } from './plain.ts';
import type { Mount } from './pod.ts';
import type { RunNames } from './run-names.ts';

const passwd = 'passwd';

/**
 * What has to be there before the pods of a service, under one name: a ConfigMap for what anybody may read, and a Secret for
 * everything that it is told and that a password is in. No other object has one.
 */
export function configOf(
  s: RunNames,
  service: Service,
  { variables, files }: Described,
  name: string,
): readonly (Plain<V1ConfigMap> | Plain<V1Secret>)[] {
  const areSecret = files.some(isSecret);
  const texts = Object.fromEntries(files.map((file) => [file.name, plainText(file.text)]));
  const plain = { ...passwdOf(service), ...(areSecret ? {} : texts) };
  const hidden = { ...secretsIn(variables), ...(areSecret ? texts : {}) };
  return [
    ...(isEmpty(plain) ? [] : [configMap(s, name, plain)]),
    ...(isEmpty(hidden) ? [] : [secret(s, name, hidden)]),
  ];
}

/** What a pod sees of that, and where. */
export function mountsOf(service: Service, { files }: Described, name: string): readonly Mount[] {
  const items = files.map((file) => ({ key: file.name, path: file.name }));
  const source = files.some(isSecret)
    ? { secret: { secretName: name, items, defaultMode: 0o440 } }
    : { configMap: { name, items } };
  return [
    ...(items.length === 0
      ? []
      : [{ volume: { name: 'files', ...source }, at: { mountPath: filesFolder, readOnly: true } }]),
    ...(isEmpty(passwdOf(service))
      ? []
      : [
          {
            volume: { name: passwd, configMap: { name } },
            at: { mountPath: '/etc/passwd', subPath: passwd, readOnly: true },
          },
        ]),
  ];
}

/** What its program is told: what is secret comes from the Secret of that name. */
export function environmentOf({ variables }: Described, secretName: string): Plain<V1EnvVar>[] {
  return Object.entries(variables).map(([name, text]) => {
    if (typeof text !== 'string') return { name, valueFrom: { secretKeyRef: { name: secretName, key: name } } };
    return text === podName ? { name, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } } : { name, value: text };
  });
}

/** A user by number that has to have a name, as the system has it. */
function passwdOf(service: Service): Readonly<Record<string, string>> {
  const image = imageOf(service);
  const { name, number, mustBeKnown = false } = image.user ?? { number: 0 };
  if (name === undefined || !mustBeKnown) return {};
  return { [passwd]: `root:x:0:0::/root:/bin/sh\n${name}:x:${number}:${number}::${dataFolderOf(image)}:/bin/sh\n` };
}

function secretsIn(variables: Variables): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, text]) => (typeof text === 'string' ? [] : [[name, text.secret]])),
  );
}

function isSecret({ text }: File): boolean {
  return typeof text !== 'string';
}

function isEmpty(record: Readonly<Record<string, string>>): boolean {
  return Object.keys(record).length === 0;
}
