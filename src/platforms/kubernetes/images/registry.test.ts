import { expect, test } from 'vitest';
import { LabError } from '../../../model/errors.ts';
import { pushRefusal, registryOf } from './registry.ts';

test.each([
  ['registry.example', 'registry.example'],
  ['registry.example:5000/team/', 'registry.example:5000'],
  ['localhost/team', 'localhost'],
  ['127.0.0.1:5000', '127.0.0.1:5000'],
  ['[::1]:5000/x', '[::1]:5000'],
  ['somebody', 'docker.io'],
])('%s is kept by %s', (text, host) => {
  expect(registryOf({ SCALE_LAB_REGISTRY: text })).toEqual({ prefix: text.replace(/\/$/, ''), host });
});

test.each(['https://registry.example', 'registry.example/team:1', 'registry.example/Team', 'a b', '/'])(
  '%j is refused',
  (text) => {
    const read = (): unknown => registryOf({ SCALE_LAB_REGISTRY: text });
    expect(read).toThrow(LabError);
    expect(read).toThrow(`SCALE_LAB_REGISTRY is "${text}"`);
  },
);

test('none is named by nothing', () => {
  expect(registryOf({})).toBeUndefined();
  expect(registryOf({ SCALE_LAB_REGISTRY: '' })).toBeUndefined();
});

test.each([
  ['unauthorized: authentication required', 'wants to know who pushes', 'docker login registry.example'],
  ['no basic auth credentials', 'wants to know who pushes', 'docker login registry.example'],
  ['denied: requested access to the resource is denied', 'does not let this user push', 'SCALE_LAB_REGISTRY'],
  [
    "name unknown: The repository with name 'x' does not exist",
    'has no place for it',
    'registry.example/team/scale-lab',
  ],
  ['Get "https://r/v2/": http: server gave HTTP response to HTTPS client', 'speaks HTTP', 'insecure-registries'],
  ['Get "https://r/v2/": x509: certificate signed by unknown authority', 'does not trust', '/etc/docker/certs.d'],
  [
    'Get "https://r/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
    'cannot be reached',
    'SCALE_LAB_REGISTRY',
  ],
  ['Get "https://r/v2/": dial tcp: lookup r on 1.1.1.1:53: no such host', 'cannot be reached', 'SCALE_LAB_REGISTRY'],
  ['something new', 'cannot be pushed', 'docker push registry.example/team/scale-lab:1'],
])('a push that ends with "%s"', (text, sentence, hint) => {
  const registry = { prefix: 'registry.example/team', host: 'registry.example' };
  const error = pushRefusal('registry.example/team/scale-lab:1', registry, new Error(text));
  expect(error.message).toContain(sentence);
  expect(error.message).toContain(text);
  expect(error.hint).toContain(hint);
});
