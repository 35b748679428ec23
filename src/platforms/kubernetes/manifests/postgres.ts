import { postgresEnvironment, postgresFolders, postgresStart } from '../../common/postgres-container.ts';
import { secret, variables } from './backends.ts';
import { podsOf } from './labels.ts';
import { configMap, deployment, service } from './objects.ts';
import type { Manifest } from './plain.ts';
import { type Mount, podTemplate } from './pod.ts';
import { listeningProbe } from './probes.ts';
import { requesting } from './resources.ts';
import type { RunNames } from './run-names.ts';

const name = 'postgres';
const port = 5432;
const userId = 999;

// Whatever number the image gives to its own user: initdb insists on a name for the one that it runs as.
const passwd = `root:x:0:0::/root:/bin/sh
postgres:x:${userId}:${userId}::${postgresFolders.home}:/bin/sh
`;
const passwdMount: Mount = {
  volume: { name: 'passwd', configMap: { name } },
  at: { mountPath: '/etc/passwd', subPath: 'passwd', readOnly: true },
};

/**
 * A new, empty database: its statements counted, otherwise PostgreSQL's defaults. Its data lies on the node's disk, as it does
 * on other platforms: in memory a commit would cost nothing.
 */
export function postgresManifests(s: RunNames): readonly Manifest[] {
  const template = podTemplate(s, {
    service: 'postgres',
    deployment: name,
    userId,
    container: {
      image: s.images.postgres,
      imagePullPolicy: 'IfNotPresent',
      // The entrypoint of the official images, which nobody can be asked for here.
      command: ['sh', '-c', postgresStart, 'sh', 'docker-entrypoint.sh'],
      args: ['postgres'],
      env: [...variables(postgresEnvironment), secret('POSTGRES_PASSWORD')],
      ports: [{ containerPort: port }],
      readinessProbe: listeningProbe(port),
      resources: requesting('20m', '128Mi'),
    },
    writable: [...Object.values(postgresFolders), '/tmp'],
    mounts: [passwdMount],
  });
  return [
    configMap(s, name, { passwd }),
    deployment(s, name, template, { strategy: { type: 'Recreate' } }),
    service(s, name, port, podsOf(s, name)),
  ];
}
