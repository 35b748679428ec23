import os from 'node:os';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { pack } from 'tar-stream';
import { openPlatform } from '../../src/platforms/index.ts';
import { openEngine } from '../../src/platforms/engine/engine.ts';
import { listLabelled } from '../../src/platforms/engine/image-list.ts';
import { label, labelled } from '../../src/platforms/engine/labels.ts';
import { followProgress } from '../../src/platforms/engine/progress-stream.ts';

/** Whether a machine without an Engine fails the tests that need one. */
export const isRequired = process.env.SCALE_LAB_REQUIRE_DOCKER === '1';

/** The environment of tests that clean up: under a host of their own, so that they and others do not see each other. */
export function hostOfItsOwn(name: string): NodeJS.ProcessEnv {
  return { ...process.env, SCALE_LAB_HOST: `${os.hostname()}-${name}-${process.pid}` };
}

/** Why no Engine can be used; undefined where one can. */
export async function engineProblem(): Promise<string | undefined> {
  try {
    await openEngine(process.env, new AbortController().signal);
    return undefined;
  } catch (error) {
    return `no Docker Engine answers: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The Engine of these tests, or the one of an environment, past everything that is tested. */
export async function openDocker(environment: NodeJS.ProcessEnv = process.env): Promise<Docker> {
  const { address } = await openEngine(environment, new AbortController().signal);
  return new Docker(address.options);
}

/** What carries a label with that value: containers with their commands, networks, volumes; a line each, in order. */
export async function labelledTraces(
  docker: Docker,
  key: keyof typeof label,
  value: string,
): Promise<readonly string[]> {
  const filters = labelled(label[key], value);
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(({ Names, Command }) => `container ${String(Names[0])} ${Command}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...volumes.map(({ Name }) => `volume ${Name}`),
  ].sort();
}

/** The containers of a run by their service, as the Engine describes them. */
export async function containersOf(docker: Docker, runId: string): Promise<ReadonlyMap<string, ContainerInspectInfo>> {
  const found = await docker.listContainers({ all: true, filters: labelled(label.run, runId) });
  const inspected = await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()));
  return new Map(inspected.map((info) => [String(info.Config.Labels[label.service]), info]));
}

/** Runs a command in a container to its end, and gives what it wrote. */
export async function execute(docker: Docker, id: string, command: readonly string[]): Promise<string> {
  const exec = await docker.getContainer(id).exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const wrote = await text(await exec.start({}));
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`${String(command[0])} ended with ${String(ExitCode)}: ${wrote}`);
  return wrote;
}

/** Builds an image for one test, and removes it after that. */
export async function makeImage(
  docker: Docker,
  name: string,
  dockerfile: string,
  { files = {}, buildargs = {} }: { files?: Record<string, string>; buildargs?: Record<string, string> } = {},
): Promise<AsyncDisposable> {
  const tar = pack();
  for (const [file, text] of Object.entries({ Dockerfile: dockerfile, ...files })) tar.entry({ name: file }, text);
  tar.finalize();
  const stream = await docker.buildImage(tar, { t: name, rm: true, buildargs });
  await followProgress(new Readable().wrap(stream), () => undefined, new AbortController().signal);
  return {
    async [Symbol.asyncDispose]() {
      await docker.getImage(name).remove({ force: true });
    },
  };
}

/** Removes the images that were built for tests under a host of their own, as soon as nothing uses them any more. */
export async function removeLabImages(environment: NodeJS.ProcessEnv): Promise<void> {
  if ((await engineProblem()) !== undefined) return;
  const docker = await openDocker();
  const platform = await openPlatform('docker', { environment, temporaryFolder: '/nowhere' });
  const labels = labelled(label.host, String(environment.SCALE_LAB_HOST)).label;
  const { signal } = new AbortController();
  const remove = async (): Promise<void> => {
    await platform.clean(signal, { images: true });
    const left = await listLabelled(docker, labels, signal);
    if (left.length === 0) return;
    // A node takes its time to remove what has ended of pods that are gone.
    await removeEnded(
      docker,
      left.map(({ Id }) => Id),
    );
    throw new Error(`${left.length} images are still used`);
  };
  // Here: what asks past tests for traces has no test around it.
  const { vi } = await import('vitest');
  await vi.waitFor(remove, { timeout: 60_000, interval: 500 });
}

/** Removes containers of pods that have ended and were of these images; their node may be faster. */
async function removeEnded(docker: Docker, images: readonly string[]): Promise<void> {
  const ofPods = ['io.kubernetes.pod.namespace'];
  const filters = { ancestor: [...images], status: ['exited', 'dead', 'created'], label: ofPods };
  const ended = await docker.listContainers({ all: true, filters });
  await Promise.allSettled(ended.map(({ Id }) => docker.getContainer(Id).remove()));
}
