import type { Copy, File, Image, Place, Reach, Service, Variables } from '../../../services/service.ts';
import type { RunNames } from './run-names.ts';

/** Where the files of a service lie. */
export const filesFolder = '/etc/scale-lab';

/** The name of a copy that the cluster names: a variable that is this has it from its pod. */
export const podName = '$(POD_NAME)';

/** How long a copy that is to stop asks those who keep connections to let go of them: Services still lead to it. */
const lingerMs = 1_000;

/** Where the copies of a service are. */
export type CopiesOf = Place['copiesOf'];

/** What a copy is started with: copies of which this is the same are made from one template. */
export interface Described {
  readonly args: readonly string[] | undefined;
  readonly variables: Variables;
  readonly files: readonly File[];
}

/** The place of a copy in a pod. */
export function placeOf(s: RunNames, service: Service, copy: Copy, copiesOf: CopiesOf = () => []): Place {
  return {
    copy,
    host: '0.0.0.0',
    port: service.port.inside,
    ports: {},
    folder: filesFolder,
    data: dataFolderOf(imageOf(service)),
    secret: (name) => secretOf(s, service, name),
    copiesOf,
    lingerMs,
  };
}

/** What a copy is started with at its place. */
export function described(service: Service, at: Place): Described {
  const image = imageOf(service);
  const variables = { ...image.environment?.(at), ...service.environment(at) };
  return { args: image.args(at), variables, files: service.files(at) };
}

/** What others are told to reach a service. */
export function reachedBy(s: RunNames, service: Service): Variables {
  const reach: Reach = {
    host: service.name,
    port: service.port.inside,
    secret: (name) => secretOf(s, service, name),
  };
  return service.reachedBy(reach);
}

/** The image of a service that can be a pod. */
export function imageOf({ name, image }: Service): Image {
  if (image === undefined) throw new Error(`${name} has no image, and is not started as a pod.`);
  return image;
}

/** The folder that a copy writes to. */
export function dataFolderOf({ data, scratch }: Image): string {
  return data[0] ?? scratch[0] ?? '/tmp';
}

function secretOf({ secrets }: RunNames, service: Service, name: string): string {
  const secret = secrets[service.name]?.[name];
  if (secret === undefined) throw new Error(`The secret ${name} of ${service.name} was not drawn.`);
  return secret;
}
