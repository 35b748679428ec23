import { loadLimitsOf } from '../../load/load-limits.ts';
import { ownerOfRun } from '../../machine/owner.ts';
import { together } from '../../machine/together.ts';
import { actKinds } from '../../model/acts.ts';
import { messageOf } from '../../model/errors.ts';
import type { ImageName } from '../../model/scenario.ts';
import { step } from '../../model/steps.ts';
import type { Service } from '../../services/service.ts';
import { possibleBalancer } from '../../services/system.ts';
import { chooseImages, nameOfImage } from '../common/image-names.ts';
import { missingPrograms, requireBuilt } from '../common/programs.ts';
import { type Image, ensureImage, findImage } from '../engine/base-images.ts';
import { type Engine, EngineProblem, openEngine } from '../engine/engine.ts';
import { describeLabImage, ensureLabImage } from '../engine/lab-image.ts';
import { hostOf, runLabels } from '../engine/labels.ts';
import { refusal } from '../engine/refusal.ts';
import type { CleanOptions, Leftover, Platform, Stack, StackOptions } from '../platform.ts';
import { startStores } from '../runner/start.ts';
import { startAgent } from './agent-connection.ts';
import { shareCores } from './cores.ts';
import { removeDetached, removeImages, removeOrphans } from './leftovers.ts';
import { DockerHost } from './host.ts';
import { checkLimits } from './limits.ts';
import { type DockerPlatformOptions, dockerRequirements } from './requirements.ts';
import { RunContext } from './run-context.ts';
import { DockerStack, reachesNoUrls } from './stack.ts';
import { findImageOf } from './surroundings.ts';
import { versionInImage, versionsOf } from './versions.ts';

/** The platform that runs everything in containers of a Docker Engine. */
export function createDockerPlatform(options: DockerPlatformOptions): Platform {
  const host = hostOf(options.environment);
  return {
    name: 'docker',
    enforcesLimits: true,
    hosts: ['image'],
    reachesUrls: false,
    acts: actKinds.filter((kind) => kind !== 'roll-out'),
    orchestrates: false,
    requirements: (signal) => dockerRequirements(options, signal),
    up: (stackOptions) => up(options, stackOptions),
    clean: (signal, cleanOptions) => clean(options, signal, cleanOptions),
    down: (signal, { onSkip } = {}) =>
      onEngine(options, signal, (engine) => removeDetached(engine, host, signal, onSkip)),
  };
}

async function up(options: DockerPlatformOptions, stackOptions: StackOptions): Promise<Stack> {
  const { runId, signal, onStep, publish = false, detached = false, pin = false } = stackOptions;
  const { stores, open = false } = stackOptions;
  const isBare = stores.length === 0;
  signal.throwIfAborted();
  if (isBare && !open) throw reachesNoUrls();
  const loadLimits = loadLimitsOf(options.environment);
  requireBuilt(options.programs);
  const engine = await openEngine(options.environment, signal);
  for (const limits of [loadLimits, ...stores.map((store) => store.limits)]) checkLimits(engine, limits);
  const cores = shareCores(engine.cores, pin);
  const host = hostOf(options.environment);
  const labels = runLabels(await ownerOfRun(runId, detached), host);
  const names = chooseImages(options.environment, options.images);
  const image = async (kind: ImageName, limited: AbortSignal): Promise<Image> =>
    ensureImage(engine, kind, nameOfImage(names, kind), onStep, limited);
  const others = isBare ? [] : [...stores, possibleBalancer];
  const [base] = await together(signal, (limited) => [
    image('node', limited),
    ...basesOf(others).map((kind) => image(kind, limited)),
  ]);
  const described = await describeLabImage(base, options.programs, host);
  const labImage = await ensureLabImage(engine, described, labels, onStep, signal);
  const run = new RunContext({ engine, runId, labels, cores, loadLimits, image, labImage, publish, open, onStep });
  try {
    return await start(run, stores, signal);
  } catch (error) {
    // What went wrong first is what the user has to know.
    await run.close().catch((problem: unknown) => onStep(`the clean-up failed: ${messageOf(problem)}`));
    throw error;
  }
}

async function start(run: RunContext, stores: readonly Service[], signal: AbortSignal): Promise<Stack> {
  const { engine, onStep } = run.settings;
  await step(onStep, 'the network is made', async () => {
    signal.throwIfAborted();
    await run.createNetwork();
  });
  const [agent, running] = await together(signal, (limited) => [
    startAgent(run, limited),
    startStores(new DockerHost(run), stores, limited),
  ]);
  const versions = {
    docker: engine.version,
    'node of the image': agent.node,
    ...versionsOf(running),
    // Started by a second replica, and only then.
    ...(stores.length === 0
      ? {}
      : versionInImage(possibleBalancer.version, await findImageOf(run, possibleBalancer, signal))),
  };
  return new DockerStack(run, agent, running, versions);
}

/** The base images of these services; those of others are fetched when they are deployed. */
function basesOf(services: readonly Pick<Service, 'image'>[]): readonly ImageName[] {
  return services.flatMap(({ image }) => (image !== undefined && 'base' in image.from ? image.from.base : []));
}

async function clean(
  options: DockerPlatformOptions,
  signal: AbortSignal,
  { images = false, onSkip }: CleanOptions = {},
): Promise<readonly Leftover[]> {
  const host = hostOf(options.environment);
  return onEngine(options, signal, async (engine) => [
    ...(await removeOrphans(engine, host, signal, onSkip)),
    ...(await removeImages(engine, host, images ? undefined : await currentImage(options, engine, signal), signal)),
  ]);
}

/** The image that the next run would use; undefined where there is none. */
async function currentImage(
  options: DockerPlatformOptions,
  engine: Engine,
  signal: AbortSignal,
): Promise<string | undefined> {
  const base = await findImage(engine, chooseImages(options.environment, options.images).node, signal);
  if (base === undefined || missingPrograms(options.programs).length > 0) return undefined;
  return (await describeLabImage(base, options.programs, hostOf(options.environment))).name;
}

/** Removes something on the Engine; where there has never been one, nothing can have been left. */
async function onEngine(
  { environment }: DockerPlatformOptions,
  signal: AbortSignal,
  remove: (engine: Engine) => Promise<readonly Leftover[]>,
): Promise<readonly Leftover[]> {
  try {
    return await remove(await openEngine(environment, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EngineProblem && error.isMissing) return [];
    throw refusal('What earlier runs left cannot be removed', error);
  }
}
