import { Readable } from 'node:stream';
import type { ImageInspectInfo } from 'dockerode';
import { z } from 'zod';
import { unlessAborted } from '../../machine/time-limit.ts';
import { LabError } from '../../model/errors.ts';
import type { ImageName } from '../../model/scenario.ts';
import { step, type OnStep } from '../../model/steps.ts';
import { waysToName } from '../common/image-names.ts';
import type { Engine } from './engine.ts';
import { followProgress, pullProgress } from './progress-stream.ts';
import { hintForRefusal, refusal, refusalText, refusedWith } from './refusal.ts';

/** An image that the Engine has. */
export interface Image {
  readonly name: string;
  readonly id: string;
  readonly environment: readonly string[];
  /** The folders for which it asks a volume each. */
  readonly volumes: readonly string[];
  /** What it starts, and with which arguments. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

const wordsSchema = z.union([z.string(), z.array(z.string())]).nullish();
const configSchema = z.object({
  Env: z.array(z.string()).nullish(),
  Volumes: z.record(z.string(), z.unknown()).nullish(),
  Entrypoint: wordsSchema,
  Cmd: wordsSchema,
});
const imageSchema = z.object({ Id: z.string(), Config: configSchema.nullish() });

/** An image that the Engine has; undefined where it has none of that name. */
export async function findImage(engine: Engine, name: string, signal: AbortSignal): Promise<Image | undefined> {
  let found: ImageInspectInfo;
  try {
    found = await unlessAborted(engine.docker.getImage(name).inspect(), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (refusedWith(error) === 404) return undefined;
    throw refusal(`The image ${name} cannot be looked at`, error);
  }
  const { Id, Config } = imageSchema.parse(found);
  return {
    name,
    id: Id,
    environment: Config?.Env ?? [],
    volumes: Object.keys(Config?.Volumes ?? {}),
    entrypoint: [Config?.Entrypoint ?? []].flat(),
    command: [Config?.Cmd ?? []].flat(),
  };
}

/** Finds one base image, and pulls it if it is missing. */
export async function ensureImage(
  engine: Engine,
  kind: ImageName,
  name: string,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<Image> {
  const hint = `Pull it yourself (docker pull ${name}), or name an image that is there: ${waysToName(kind)}.`;
  return ensureNamed(engine, name, hint, onStep, signal);
}

/** Finds an image of the user's own, and pulls it if it is missing. */
export async function ensureHostedImage(
  engine: Engine,
  name: string,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<Image> {
  return ensureNamed(engine, name, `Build it first: docker build -t ${name} .`, onStep, signal);
}

async function ensureNamed(
  engine: Engine,
  name: string,
  hint: string,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<Image> {
  const found = await findImage(engine, name, signal);
  if (found !== undefined) return found;
  try {
    await pull(engine, name, onStep, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw pullError(name, hint, error);
  }
  const pulled = await findImage(engine, name, signal);
  if (pulled === undefined) throw pullError(name, hint, new Error('it was pulled, but is not there'));
  return pulled;
}

async function pull(engine: Engine, name: string, onStep: OnStep, signal: AbortSignal): Promise<void> {
  await step(onStep, `${name} is pulled`, async () => {
    const stream = await engine.docker.pull(name, { abortSignal: signal });
    await followProgress(new Readable().wrap(stream), pullProgress(name, onStep), signal);
  });
}

function pullError(name: string, hint: string, cause: unknown): LabError {
  const text = refusalText(cause).replace(/\.$/, '');
  return new LabError(`The image ${name} is not here and cannot be pulled: ${text}.`, {
    hint: hintForRefusal(text) ?? hint,
    cause,
  });
}
