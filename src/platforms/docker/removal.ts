import type { ContainerInfo } from 'dockerode';
import { never, pause, withTimeLimit } from '../../machine/time-limit.ts';
import type { OnStep } from '../../model/steps.ts';
import type { Engine } from '../engine/engine.ts';
import { label, labelled } from '../engine/labels.ts';
import { inTime, refusal, refusalText, refusedWith } from '../engine/refusal.ts';

const limitMs = 20_000;
/** Longer than an Engine takes to end its containers and to start again. */
const backLimitMs = 30_000;

/** Ends and removes a container, with its volumes; also while somebody else does the same. */
export async function removeContainer(engine: Pick<Engine, 'docker'>, id: string): Promise<void> {
  await untilGone(`The container ${id}`, () => engine.docker.getContainer(id).remove({ force: true, v: true }));
}

/** Removes a network; also while its last containers are being removed. */
export async function removeNetwork(engine: Engine, id: string): Promise<void> {
  await untilGone(`The network ${id}`, () => engine.docker.getNetwork(id).remove());
}

/** Removes a volume that no container uses any more. */
export async function removeVolume(engine: Engine, name: string): Promise<void> {
  await untilGone(`The volume ${name}`, () => engine.docker.getVolume(name).remove());
}

/** Waits until an Engine answers that was restarted; one that stays away is not waited for any longer than that. */
export async function untilBack(
  { docker, address }: Pick<Engine, 'docker' | 'address'>,
  onStep: OnStep,
): Promise<void> {
  const end = performance.now() + backLimitMs;
  for (let isTold = false; performance.now() < end; isTold = true) {
    try {
      await withTimeLimit(Math.max(1, end - performance.now()), never(), async () => {
        await docker.ping();
      });
      return;
    } catch (error) {
      // An answer, whatever it says.
      if (refusedWith(error) !== undefined) return;
    }
    if (!isTold)
      onStep(`the Docker Engine at ${address.name} does not answer: what the run has started is removed once it does`);
    await pause(200, never());
  }
}

/** Removes everything that carries the id of a run: containers first, at the same time, then what they used. */
export async function removeRun(engine: Engine, runId: string): Promise<void> {
  const { docker } = engine;
  const filters = labelled(label.run, runId);
  const containers = withoutPods(await inTime(docker.listContainers({ all: true, filters })));
  await Promise.all(containers.map(({ Id }) => removeContainer(engine, Id)));
  const [networks, { Volumes }] = await inTime(
    Promise.all([docker.listNetworks({ filters }), docker.listVolumes({ filters })]),
  );
  await Promise.all([
    ...networks.map(({ Id }) => removeNetwork(engine, Id)),
    ...Volumes.map(({ Name }) => removeVolume(engine, Name)),
  ]);
}

/** Without the kubelet's: it gives its containers the labels of their pods. They are the cluster's, and go with their namespace. */
export function withoutPods(containers: readonly ContainerInfo[]): readonly ContainerInfo[] {
  return containers.filter(({ Labels }) => Labels['io.kubernetes.pod.namespace'] === undefined);
}

/** Whether an Engine that is being stopped said so, or nothing any more: once it is back it may be asked again. */
function isStopping(error: unknown): boolean {
  return refusedWith(error) === undefined || /client connection is closing|shutting down/i.test(refusalText(error));
}

/**
 * Asks again while the answer is that somebody is at it, that it is still in use, or that the Engine is being stopped; content once it is
 * not there.
 */
async function untilGone(what: string, remove: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    try {
      await inTime(remove());
      return;
    } catch (error) {
      const status = refusedWith(error);
      if (status === 404) return;
      const isAway = isStopping(error);
      const isBusy = status === 409 || status === 403 || isAway;
      if (!isBusy || performance.now() - startedMs > (isAway ? backLimitMs : limitMs))
        throw refusal(`${what} cannot be removed`, error);
    }
    await pause(50, never());
  }
}
