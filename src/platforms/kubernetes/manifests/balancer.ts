import { createHash } from 'node:crypto';
import type { Topology } from '../../../model/plan.ts';
import { nginxConfiguration } from '../../../services/nginx/configuration.ts';
import { podsOf } from './labels.ts';
import { configMap, deployment, service } from './objects.ts';
import type { Manifest } from './plain.ts';
import { type Mount, podTemplate } from './pod.ts';
import { readinessProbe } from './probes.ts';
import { requesting } from './resources.ts';
import type { RunNames } from './run-names.ts';

const name = 'nginx';
const file = 'nginx.conf';
const folder = '/etc/scale-lab';
/** What nginx writes lies here. */
const prefix = '/run/nginx';

/** The port of the balancer's Service. */
export const balancerPort = 8080;

const configurationMount: Mount = {
  volume: { name: 'configuration', configMap: { name } },
  at: { mountPath: folder, readOnly: true },
};

/** nginx in front of upstreams, each an address or a name with its port. It is replaced where they are others. */
export function balancerManifests(
  s: RunNames,
  { balancer }: Pick<Topology, 'balancer'>,
  upstreams: readonly string[],
): readonly Manifest[] {
  const configuration = nginxConfiguration({ listen: String(balancerPort), upstreams, balancer });
  const template = podTemplate(s, {
    service: 'nginx',
    deployment: name,
    annotations: { 'scale-lab/configuration': createHash('sha256').update(configuration).digest('hex').slice(0, 16) },
    // Nobody, whom images need not know by name: it reads no file but its own.
    userId: 65534,
    container: {
      image: s.images.nginx,
      imagePullPolicy: 'IfNotPresent',
      command: ['nginx', '-p', prefix, '-c', `${folder}/${file}`],
      ports: [{ containerPort: balancerPort }],
      readinessProbe: readinessProbe({ tcpSocket: { port: balancerPort } }),
      resources: requesting('10m', '64Mi'),
    },
    writable: [prefix],
    mounts: [configurationMount],
  });
  return [
    configMap(s, name, { [file]: configuration }),
    deployment(s, name, template),
    service(s, name, balancerPort, podsOf(s, name)),
  ];
}
