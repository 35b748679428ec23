import { LabError } from '../../../model/errors.ts';
import {
  type Address,
  type Copy,
  type File,
  type Image,
  type Place,
  type Reach,
  type Service,
  type Variables,
  variablesOf,
} from '../../../services/service.ts';
import type { RunNames } from './run-names.ts';

/** Where the files of a service lie. */
export const filesFolder = '/etc/scale-lab';

/** The name of a copy that the cluster names: a variable that is this has it from its pod. */
export const podName = '$(POD_NAME)';

/** How long a copy that is to stop asks those who keep connections to let go of them: Services still lead to it. */
const lingerMs = 1_000;

/** What a service is told of the others in its system. */
export interface Neighbours {
  /** The variables by which one is reached that it uses. */
  readonly reached: (used: string) => Variables;
  /** Where the copies of one are that it fronts. */
  readonly copiesOf: (fronted: string) => readonly Address[];
  /** Where one itself is that it fronts: its Service. */
  readonly addressOf: (fronted: string) => Address;
}

/** Of a service that uses no other, and fronts none. */
export const alone: Neighbours = {
  reached: (used) => {
    throw new Error(`Nobody has said how ${used} is reached.`);
  },
  copiesOf: () => [],
  addressOf: (fronted) => {
    throw new Error(`Nobody has said where ${fronted} is.`);
  },
};

/** How the services of a system are found. */
export interface Whereabouts {
  /** As a URL has it: one of IPv6 in brackets. */
  hostOf(service: Service): string;
  copiesOf(service: Service): readonly Address[];
}

/** What a copy is started with: copies of which this is the same are made from one template. */
export interface Described {
  readonly args: readonly string[] | undefined;
  readonly variables: Variables;
  readonly files: readonly File[];
}

/** These services as others are told of them: each is reached at what fronts it, where there is such. */
export function neighboursIn(s: RunNames, services: readonly Service[], where: Whereabouts): Neighbours {
  const find = (name: string): Service => {
    const service = services.find((candidate) => candidate.name === name);
    if (service === undefined) throw new Error(`There is no ${name} in this system.`);
    return service;
  };
  return {
    reached: (name) => {
      const service = find(name);
      const front = services.find(({ fronts }) => fronts.includes(name)) ?? service;
      const reach: Reach = {
        host: where.hostOf(front),
        port: front.port.inside,
        copies: where.copiesOf(service),
        secret: (secret) => secretOf(s, service, secret),
      };
      return service.reachedBy(reach);
    },
    copiesOf: (name) => where.copiesOf(find(name)),
    addressOf: (name) => {
      const service = find(name);
      return { host: where.hostOf(service), port: service.port.inside };
    },
  };
}

/** The place of a copy in a pod. */
export function placeOf(s: RunNames, service: Service, copy: Copy, neighbours: Neighbours = alone): Place {
  return {
    copy,
    host: '0.0.0.0',
    port: service.port.inside,
    ports: {},
    folder: filesFolder,
    data: dataFolderOf(imageOf(service)),
    secret: (name) => secretOf(s, service, name),
    ...neighbours,
    lingerMs,
  };
}

/** What a copy is started with at its place. */
export function described(service: Service, at: Place): Described {
  const image = imageOf(service);
  const variables = { ...image.environment?.(at), ...variablesOf(service, at) };
  return { args: image.args(at), variables, files: service.files(at) };
}

/**
 * The image of a service.
 * @throws {LabError} where it has none, and can be no pod
 */
export function imageOf({ name, image }: Service): Image {
  if (image !== undefined) return image;
  throw new LabError(`${name} is started by a command, and a cluster runs images.`, {
    hint: 'Name its image in place of its command, or use --platform local.',
  });
}

/** The folder that a copy writes to. */
export function dataFolderOf({ data, scratch }: Image): string {
  return data[0] ?? scratch[0] ?? '/tmp';
}

function secretOf(s: RunNames, service: Service, name: string): string {
  if (!service.secrets.includes(name)) throw new Error(`${service.name} has no secret ${name}.`);
  return s.secretOf(service.name, name);
}
