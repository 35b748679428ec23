import type { V1Container } from '@kubernetes/client-node';
import type { Image, Service } from '../../../services/service.ts';
import { environmentOf, mountsOf } from './config.ts';
import { type Described, dataFolderOf, imageOf } from './place.ts';
import type { Plain } from './plain.ts';
import { labUserId } from './pod-security.ts';
import type { PodDescription } from './pod.ts';

/**
 * The pod of a service, as it is described: an ordinary user without rights, who may write to its folders alone, unless it is the
 * user's own.
 * @param config the name of its ConfigMap and its Secret
 */
export function servicePod(service: Service, copy: Described, config: string) {
  const image = imageOf(service);
  const { from, user, data, scratch } = image;
  return {
    image: from,
    userId: user?.number ?? labUserId,
    hasWritableRoot: service.isForeign,
    container: {
      ...commandOf(image),
      ...(copy.args === undefined ? {} : { args: [...copy.args] }),
      env: environmentOf(copy, config),
    },
    writable: [...data, ...scratch],
    mounts: mountsOf(service, copy, config),
  } satisfies Omit<PodDescription, 'name'>;
}

function commandOf(image: Image): Pick<Plain<V1Container>, 'command' | 'workingDir'> {
  const { from, entrypoint, wrap } = image;
  const command = wrap === undefined ? entrypoint : ['sh', '-c', wrap.script, 'sh', wrap.named];
  return {
    ...(command === undefined ? {} : { command: [...command] }),
    // Base images have another one, which this user may not be able to enter.
    ...('base' in from ? { workingDir: dataFolderOf(image) } : {}),
  };
}
