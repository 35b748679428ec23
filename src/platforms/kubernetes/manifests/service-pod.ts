import type { V1Container } from '@kubernetes/client-node';
import type { Image, Service } from '../../../services/service.ts';
import { environmentOf, mountsOf } from './config.ts';
import { type Described, dataFolderOf, imageOf } from './place.ts';
import type { Plain } from './plain.ts';
import { labUserId } from './pod-security.ts';
import type { PodDescription } from './pod.ts';
import type { RunNames } from './run-names.ts';

/**
 * The pod of a service, as it is described: an ordinary user without rights, who may write to its folders alone, unless it is the
 * user's own.
 * @param config the name of its ConfigMap and its Secret
 */
export function servicePod(s: RunNames, service: Service, copy: Described, config: string) {
  const image = imageOf(service);
  const { user, data, scratch } = image;
  return {
    userId: user?.number ?? labUserId,
    hasWritableRoot: service.isForeign,
    container: {
      ...imageIn(s, image),
      ...commandOf(image),
      ...(copy.args === undefined ? {} : { args: [...copy.args] }),
      env: environmentOf(s, service, copy, config),
    },
    writable: [...data, ...scratch],
    mounts: mountsOf(service, copy, config),
  } satisfies Omit<PodDescription, 'name'>;
}

/** The image of a container, and who fetches it. */
export function imageIn({ images, labPullPolicy }: RunNames, { from }: Pick<Image, 'from'>) {
  if ('lab' in from) return { image: images.lab, imagePullPolicy: labPullPolicy };
  return { image: 'own' in from ? from.own : images[from.base], imagePullPolicy: 'IfNotPresent' };
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
