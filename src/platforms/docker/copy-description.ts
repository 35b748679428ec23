import {
  type Place,
  type Service,
  type Image as ServiceImage,
  type Variables,
  plainText,
  titleOf,
  variablesOf,
  words,
} from '../../services/service.ts';
import type { Image } from '../engine/base-images.ts';
import type { ContainerDescription, HealthCheck } from './container-settings.ts';
import { type FilesToWrite, toWrite } from './files-in-memory.ts';

/** Between two looks of the Engine's own at the health of a copy: so rare that no measurement feels it. */
const healthEveryMs = 30_000;
// Node.js takes as much CPU to start as the application does for hundreds of requests, and out of the same limit: nobody
// looks while something is measured, unless the stack is for somebody to look at.
const byNodeEveryMs = { shown: 10_000, measured: 300_000 } as const;

/**
 * The image of a service that is to run in containers.
 * @throws {Error} where it has none: the plan asks for nothing that this platform does not start
 */
export function imageOf({ name, image }: Pick<Service, 'name' | 'image'>): ServiceImage {
  if (image === undefined) throw new Error(`${name} is not started as a container.`);
  return image;
}

/** The folder that a copy may write to. */
export function dataFolder({ data: [onDisk], scratch: [inMemory] }: Pick<ServiceImage, 'data' | 'scratch'>): string {
  return onDisk ?? inMemory ?? '/tmp';
}

/** A container that does the work of a service at a place: `found` is its image, `args` what it is started with. */
export function copyDescription(
  service: Service,
  at: Place,
  found: Image,
  args = imageOf(service).args(at),
): ContainerDescription {
  const image = imageOf(service);
  const files = toWrite(service.files(at));
  const told = { ...variablesOf(service, at), ...image.environment?.(at) };
  return {
    service: service.name,
    copy: at.copy.name,
    title: titleOf(service, at.copy),
    image: found.name,
    entrypoint: entrypointOf(image, files, found),
    command: args ?? found.command,
    user: userOf(image),
    environment: { ...plain(told), ...files.environment },
    writable: [...image.scratch, ...files.folders],
    volumes: [...image.data, ...found.volumes],
    isForeign: service.isForeign,
    // Who made an image of the user's own knows by which signal it ends.
    stopSignal: service.isForeign ? undefined : service.stop.signal,
  };
}

/** How the Engine is to see whether a copy is well; undefined where nothing in its image can ask. */
export function healthOf(service: Service, isShown: boolean): HealthCheck | undefined {
  const { command } = service.ready;
  if (command !== undefined) return { command, everyMs: healthEveryMs };
  const question = questionOf(service);
  if (question === undefined) return undefined;
  return { command: question, everyMs: isShown ? byNodeEveryMs.shown : byNodeEveryMs.measured };
}

/** A command that asks until the answer is yes, then prints the program's version: one start of a process for all of it. */
export function askUntil(question: readonly string[], version: readonly string[] = []): readonly string[] {
  return ['sh', '-c', `until ${words(question)} >/dev/null 2>&1; do sleep 0.05; done\n${words(version)}`];
}

/** Asks over HTTP from inside: what Node.js can do where it is there. */
function questionOf({ image, ready: { http }, port }: Service): readonly string[] | undefined {
  if (http === undefined || image === undefined || !('lab' in image.from)) return undefined;
  const url = `http://127.0.0.1:${port.inside}${http.path}`;
  return ['node', '-e', `fetch('${url}').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`];
}

/** The image's own where nothing is to be done before it. */
function entrypointOf(
  { entrypoint, wrap }: ServiceImage,
  { script }: FilesToWrite,
  found: Image,
): readonly string[] | undefined {
  if (script === '' && wrap === undefined) return entrypoint;
  return ['sh', '-c', `${script}${wrap?.script ?? 'exec "$@"'}`, 'sh', ...(entrypoint ?? found.entrypoint)];
}

function userOf({ user }: ServiceImage): string | undefined {
  return user === undefined ? undefined : (user.name ?? `${user.number}:${user.number}`);
}

function plain(variables: Variables): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).map(([name, text]) => [name, plainText(text)]));
}
