import { z } from 'zod';
import type { IsWanted, OnSkip, Owner } from '../../machine/owner.ts';
import { unlessAborted } from '../../machine/time-limit.ts';
import type { Engine } from '../engine/engine.ts';
import { listLabelled } from '../engine/image-list.ts';
import { type Labels, label, labelled, ownerOf } from '../engine/labels.ts';
import { refusalText, refusedWith } from '../engine/refusal.ts';
import type { Leftover } from '../platform.ts';
import { removeContainer, removeNetwork, removeVolume, withoutPods } from './removal.ts';

const labelsSchema = z.record(z.string(), z.string()).nullish();

/** Something on the Engine that carries our labels. */
interface Found {
  readonly kind: 'container' | 'network' | 'volume';
  readonly id: string;
  readonly name: string;
  readonly owner: Owner;
}

const removals = { container: removeContainer, network: removeNetwork, volume: removeVolume } as const;

/** Removes what is there of those runs of this host, and only that. */
export async function removeRuns(
  engine: Engine,
  host: string,
  isWanted: IsWanted,
  signal: AbortSignal,
  onSkip: OnSkip = () => undefined,
): Promise<readonly Leftover[]> {
  const found = await unlessAborted(findAll(engine, host), signal);
  const wanted = await Promise.all(found.map(({ owner }) => isWanted(owner, onSkip)));
  const all = found.filter((_, index) => wanted[index]);
  // Containers first: what they use cannot be removed before them.
  for (const kind of ['container', 'network', 'volume'] as const) {
    signal.throwIfAborted();
    await Promise.all(all.filter((each) => each.kind === kind).map(({ id }) => removals[kind](engine, id)));
  }
  return all.map(({ kind, name, owner }) => ({ kind, runId: owner.runId, description: name }));
}

async function findAll({ docker }: Engine, host: string): Promise<readonly Found[]> {
  const filters = labelled(label.host, host);
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  const found = (kind: Found['kind'], id: string, name: string, labels: unknown): readonly Found[] => {
    const owner = ownerOf(labelsSchema.parse(labels) ?? {});
    return owner === undefined ? [] : [{ kind, id, name, owner }];
  };
  return [
    ...withoutPods(containers).flatMap(({ Id, Names, Labels }) =>
      found('container', Id, Names[0]?.slice(1) ?? Id, Labels),
    ),
    ...networks.flatMap(({ Id, Name, Labels }) => found('network', Id, Name, Labels)),
    ...volumes.flatMap(({ Name, Labels }) => found('volume', Name, Name, Labels)),
  ];
}

/** Longer than any build of ours takes. */
const buildSeconds = 600;

/** Removes the images that the lab has built on this host's behalf, but for one and those that a container uses. */
export async function removeImages(
  engine: Engine,
  host: string,
  staying: string | undefined,
  signal: AbortSignal,
): Promise<readonly Leftover[]> {
  const labels = [`${label.image}=true`, ...labelled(label.host, host).label];
  const ours = await listLabelled(engine.docker, labels, signal);
  const youngest = Date.now() / 1000 - buildSeconds;
  const outdated = ours.filter(({ RepoTags, Created }) => {
    const tags = realTags(RepoTags);
    // One without a name may be about to get it. One that another lab has built anew since has lost it.
    return tags.length === 0 ? Created < youngest : staying === undefined || !tags.includes(staying);
  });
  const removed = await Promise.all(
    outdated.map(async ({ Id, RepoTags, Labels }): Promise<readonly Leftover[]> => {
      try {
        // By each of its names: the Engine keeps what has several, as an image that was pushed to a registry.
        const tags = realTags(RepoTags);
        for (const name of tags.length === 0 ? [Id] : tags) await engine.docker.getImage(name).remove();
      } catch (error) {
        // In use, or removed by somebody else meanwhile.
        if ([404, 409].includes(refusedWith(error) ?? 0) || /no such image/i.test(refusalText(error))) return [];
        throw error;
      }
      const labels: Labels = labelsSchema.parse(Labels) ?? {};
      return [{ kind: 'image', runId: labels[label.run] ?? 'unknown', description: RepoTags?.[0] ?? Id }];
    }),
  );
  return removed.flat();
}

function realTags(tags: readonly string[] | null | undefined): readonly string[] {
  return (tags ?? []).filter((tag) => tag !== '<none>:<none>');
}
