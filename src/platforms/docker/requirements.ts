import type { Environment } from '../../machine/environment.ts';
import { LabError } from '../../model/errors.ts';
import { imageNames } from '../../model/scenario.ts';
import { type BaseImages, chooseImages, unnamedImages } from '../common/image-names.ts';
import { type Programs, builtPrograms } from '../common/programs.ts';
import { findImage } from '../engine/base-images.ts';
import { type Engine, doubtOf, openEngine } from '../engine/engine.ts';
import type { Requirement } from '../platform.ts';

/** What the platform is told of the machine, once. */
export interface DockerPlatformOptions {
  readonly environment: Environment;
  readonly programs: Programs;
  /** Base images that take the place of the official ones. */
  readonly images?: Readonly<Partial<BaseImages>>;
}

/** What this platform needs from the machine, in the order in which a user would mend it. */
export async function dockerRequirements(
  options: DockerPlatformOptions,
  signal: AbortSignal,
): Promise<readonly Requirement[]> {
  const built = builtPrograms(options.programs);
  try {
    const engine = await openEngine(options.environment, signal);
    const found = `${engine.version} (API ${engine.api}) at ${engine.address.name}, ${engine.cores} cores`;
    return [
      { name: 'Docker Engine', met: true, found, doubt: doubtOf(engine) },
      built,
      ...(await images(options, engine, signal)),
    ];
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    const problem = error.message.replace(/\.$/, '');
    return [{ name: 'Docker Engine', met: false, problem, fix: error.hint ?? 'See docs/docker.md.' }, built];
  }
}

async function images(
  options: DockerPlatformOptions,
  engine: Engine,
  signal: AbortSignal,
): Promise<readonly Requirement[]> {
  const names = chooseImages(options.environment, options.images);
  const looks = imageNames.flatMap((kind) => {
    const wanted = names[kind];
    return wanted === undefined ? [] : [{ kind, wanted }];
  });
  const found = await Promise.all(
    looks.map(async ({ kind, wanted }): Promise<Requirement> => {
      const image = await findImage(engine, wanted, signal);
      const state = image === undefined ? 'not here yet: the first run that needs it pulls it' : 'here';
      return { name: `image for ${kind}`, met: true, found: `${wanted}, ${state}` };
    }),
  );
  return [...found, ...unnamedImages(names)];
}
