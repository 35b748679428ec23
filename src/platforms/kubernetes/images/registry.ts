import { Readable } from 'node:stream';
import type { Environment } from '../../../machine/environment.ts';
import { unlessAborted } from '../../../machine/time-limit.ts';
import { LabError } from '../../../model/errors.ts';
import { step, type OnStep } from '../../../model/steps.ts';
import type { Engine } from '../../engine/engine.ts';
import { followProgress, pushProgress } from '../../engine/progress-stream.ts';
import { asked, refusalText } from '../../engine/refusal.ts';
import { credentialsFor } from './credentials.ts';

/** A place in a registry, under which images are kept. */
export interface Registry {
  /** `registry.example:5000/team` */
  readonly prefix: string;
  /** `registry.example:5000` */
  readonly host: string;
}

/**
 * The registry that SCALE_LAB_REGISTRY names; undefined where it names none.
 * @throws {LabError} where that is no name of a registry
 */
export function registryOf({ SCALE_LAB_REGISTRY: text = '' }: Environment): Registry | undefined {
  if (text === '') return undefined;
  const prefix = text.replace(/\/+$/, '');
  if (!/^(\[[\da-f:]+\]|[\w.-]+)(:\d+)?(\/[a-z\d._-]+)*$/.test(prefix)) {
    throw new LabError(`SCALE_LAB_REGISTRY is "${text}", which is no name of a registry.`, {
      hint: 'Give its host and what comes before the name of an image, without https://, e.g. registry.example/team.',
    });
  }
  const [first = ''] = prefix.split('/');
  // As Docker reads names: without a dot, a port or localhost the first word is a user of Docker Hub.
  return { prefix, host: /[.:]/.test(first) || first === 'localhost' ? first : 'docker.io' };
}

/**
 * Gives an image of the Engine its name in a registry, and pushes it unless the registry has it.
 * @returns that name, `<registry>/scale-lab:<hash>`
 * @throws {LabError} with what the registry said, and what to do about it
 */
export async function pushImage(
  engine: Engine,
  image: string,
  registry: Registry,
  { environment, onStep }: { readonly environment: Environment; readonly onStep: OnStep },
  signal: AbortSignal,
): Promise<string> {
  const [, name = image, tag = ''] = /^(.*):([^:/]+)$/.exec(image) ?? [];
  const repo = `${registry.prefix}/${name}`;
  const pushed = `${repo}:${tag}`;
  // An Engine wants to be given a login, be it nobody's.
  const authconfig = { ...(await credentialsFor(registry.host, environment, signal)) };
  if (await isThere(engine.docker.getImage(pushed).distribution({ authconfig }), signal)) return pushed;
  signal.throwIfAborted();
  await asked(`${image} cannot be named ${pushed}`, engine.docker.getImage(image).tag({ repo, tag }));
  try {
    await step(onStep, `${pushed} is pushed`, async () => {
      const stream = await engine.docker.getImage(repo).push({ tag, authconfig, abortSignal: signal });
      await followProgress(new Readable().wrap(stream), pushProgress(pushed, onStep), signal);
    });
  } catch (error) {
    signal.throwIfAborted();
    throw pushRefusal(pushed, registry, error);
  }
  return pushed;
}

/** A tag is the hash of what is in the image: one that is there is the one that is wanted. */
async function isThere(look: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  try {
    await unlessAborted(look, signal);
    return true;
  } catch {
    signal.throwIfAborted();
    // It is not there, or may not be looked at: the push will say.
    return false;
  }
}

/** What registries say, and Engines of registries; the first that fits. */
const refusals: readonly (readonly [RegExp, (registry: Registry) => readonly [string, string]])[] = [
  [
    /HTTP response to HTTPS client/i,
    ({ host }) => [
      `The registry ${host} speaks HTTP, and the Docker Engine speaks HTTPS with it`,
      `Give the registry a certificate, or add "${host}" to insecure-registries in the Engine's daemon.json.`,
    ],
  ],
  [
    /x509|certificate|tls: /i,
    ({ host }) => [
      `The Docker Engine does not trust the certificate of the registry ${host}`,
      `Put its authority into /etc/docker/certs.d/${host}/ca.crt where the Engine runs.`,
    ],
  ],
  [
    /unauthorized|authentication required|no basic auth credentials|incorrect username or password/i,
    ({ host }) => [`The registry ${host} wants to know who pushes`, `Log in: docker login ${host}`],
  ],
  [
    /denied|forbidden|insufficient[_ ]scope/i,
    ({ host, prefix }) => [
      `The registry ${host} does not let this user push to ${prefix}`,
      `Log in as somebody who may (docker login ${host}), or name another place: SCALE_LAB_REGISTRY=<registry/prefix>.`,
    ],
  ],
  [
    /name unknown|repository.*(does not exist|not found)/i,
    ({ host, prefix }) => [
      `The registry ${host} has no place for it`,
      `Create the repository ${prefix}/scale-lab there.`,
    ],
  ],
  [
    /connection refused|no such host|no route to host|network is unreachable|time-?out|deadline exceeded|name resolution/i,
    ({ host }) => [
      `The registry ${host} cannot be reached from the Docker Engine`,
      'Check SCALE_LAB_REGISTRY, and whether the registry runs.',
    ],
  ],
];

/** Why a push was refused, as something to act on. */
export function pushRefusal(image: string, registry: Registry, cause: unknown): LabError {
  const text = refusalText(cause).replace(/\.$/, '');
  const [sentence, hint] = refusals.find(([kind]) => kind.test(text))?.[1](registry) ?? [
    `${image} cannot be pushed`,
    `Try it yourself: docker push ${image}`,
  ];
  return new LabError(`${sentence}: ${text}.`, { hint, cause });
}
