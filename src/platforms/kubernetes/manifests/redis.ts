import { redisStart } from '../../common/redis-container.ts';
import { secret } from './backends.ts';
import { podsOf } from './labels.ts';
import { deployment, service } from './objects.ts';
import type { Manifest } from './plain.ts';
import { podTemplate } from './pod.ts';
import { listeningProbe } from './probes.ts';
import { requesting } from './resources.ts';
import type { RunNames } from './run-names.ts';

const name = 'redis';
const port = 6379;

/** An empty Redis that writes nothing to disk. */
export function redisManifests(s: RunNames): readonly Manifest[] {
  const template = podTemplate(s, {
    service: 'redis',
    deployment: name,
    userId: 999,
    container: {
      image: s.images.redis,
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', redisStart],
      // Images have another one, which it may not write to.
      workingDir: '/tmp',
      env: [secret('REDISCLI_AUTH')],
      ports: [{ containerPort: port }],
      readinessProbe: listeningProbe(port),
      resources: requesting('10m', '64Mi'),
    },
    writable: ['/tmp'],
  });
  return [deployment(s, name, template, { strategy: { type: 'Recreate' } }), service(s, name, port, podsOf(s, name))];
}
