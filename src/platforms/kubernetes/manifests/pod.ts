import type { V1Container, V1PodSpec, V1PodTemplateSpec, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { Image } from '../../../services/service.ts';
import { nameOfImage } from '../../common/image-names.ts';
import { imageAnnotation, label } from './labels.ts';
import type { Plain } from './plain.ts';
import { containerSecurity, podSecurity } from './pod-security.ts';
import type { RunNames } from './run-names.ts';

/** A pod of one container. */
export interface PodDescription {
  /** Of the container. */
  readonly name: string;
  /** The Deployment that it belongs to, if it does. */
  readonly deployment?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly image: Image['from'];
  readonly userId: number;
  readonly container: Omit<
    Plain<V1Container>,
    'name' | 'image' | 'imagePullPolicy' | 'securityContext' | 'volumeMounts'
  >;
  /** Folders on the node's disk that it may write to; they go with the pod. The rest is read-only. */
  readonly writable?: readonly string[];
  /** Whether it may write to all of its root, which goes with its container. */
  readonly hasWritableRoot?: boolean;
  /** What else it sees, and where. */
  readonly mounts?: readonly Mount[];
  readonly spec?: Omit<Partial<Plain<V1PodSpec>>, 'containers' | 'securityContext' | 'volumes'>;
}

/** A volume, and where the container sees it. */
export interface Mount {
  readonly volume: Plain<V1Volume>;
  readonly at: Omit<Plain<V1VolumeMount>, 'name'>;
}

/** The template of a pod: what it may do is as little as it needs. */
export function podTemplate(s: RunNames, description: PodDescription): Plain<V1PodTemplateSpec> {
  const {
    name,
    deployment,
    annotations,
    image,
    userId,
    container,
    writable = [],
    hasWritableRoot = false,
    spec,
  } = description;
  const mounts = [...writable.map(emptyFolder), ...(description.mounts ?? [])];
  return {
    metadata: {
      labels: {
        ...s.labels,
        ...(deployment === undefined ? {} : { [label.deployment]: deployment }),
      },
      annotations: { [imageAnnotation]: kindOf(image), ...annotations },
    },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...spec,
      securityContext: podSecurity(userId),
      containers: [
        {
          name,
          ...imageIn(s, image),
          ...container,
          securityContext: containerSecurity(!hasWritableRoot),
          ...(mounts.length === 0
            ? {}
            : { volumeMounts: mounts.map(({ volume, at }) => ({ name: volume.name, ...at })) }),
        },
      ],
      ...(mounts.length === 0 ? {} : { volumes: mounts.map(({ volume }) => volume) }),
    },
  };
}

/** The image of a container, and who fetches it. */
function imageIn({ images, labPullPolicy }: RunNames, from: Image['from']) {
  if ('lab' in from) return { image: images.lab, imagePullPolicy: labPullPolicy };
  return { image: 'own' in from ? from.own : nameOfImage(images, from.base), imagePullPolicy: 'IfNotPresent' };
}

function kindOf(from: Image['from']): string {
  return 'base' in from ? from.base : 'own' in from ? 'own' : 'lab';
}

function emptyFolder(path: string): Mount {
  return { volume: { name: path.slice(1).replaceAll('/', '-'), emptyDir: {} }, at: { mountPath: path } };
}
