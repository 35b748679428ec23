import type { Environment } from '../../machine/environment.ts';
import type { IsWanted, OnSkip, Owner } from '../../machine/owner.ts';
import { LabError, UsageError } from '../../model/errors.ts';
import { label, ownerOf } from '../engine/labels.ts';
import type { Leftover } from '../platform.ts';
import { type Cluster, insist, openCluster } from './cluster/cluster.ts';
import { type ChooseContext, type ClusterContext, ContextProblem } from './cluster/context.ts';
import { hostIdentity } from './cluster/labels.ts';
import { removeNamespace } from './pods/run-namespace.ts';

/** How long one is waited for that was on its way out before: something holds it. */
const stuckLimitMs = 15_000;

/** Removes what is there of those runs of this machine, and only that. */
export async function removeRuns(
  choose: ChooseContext,
  environment: Environment,
  isWanted: IsWanted,
  signal: AbortSignal,
  onSkip: OnSkip = () => undefined,
): Promise<readonly Leftover[]> {
  const cluster = await reach(choose, signal, onSkip);
  if (cluster === undefined) return [];
  try {
    const found = await findAll(cluster, await hostIdentity(environment), signal);
    const wanted = await Promise.all(found.map(async ({ owner }) => isWanted(owner, onSkip)));
    const all = found.filter((_, index) => wanted[index]);
    const removed = await Promise.all(
      all.map(async ({ name, owner, isLeaving }): Promise<readonly Leftover[]> => {
        try {
          await removeNamespace(cluster, name, signal, isLeaving ? stuckLimitMs : undefined);
          return [{ kind: 'namespace', runId: owner.runId, description: name }];
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof LabError)) throw error;
          // What the cluster holds on to is no reason for the next run not to start.
          onSkip([error.message, ...error.details].join(' '));
          return [];
        }
      }),
    );
    return removed.flat();
  } finally {
    cluster.requests.close();
  }
}

/** The cluster, where there is one to look at: somebody else's is not touched unless it was named. */
async function reach(choose: ChooseContext, signal: AbortSignal, onSkip: OnSkip): Promise<Cluster | undefined> {
  let context: ClusterContext;
  try {
    context = await choose(signal);
  } catch (error) {
    if (error instanceof ContextProblem && error.isMissing) return undefined;
    if (error instanceof UsageError) {
      onSkip(`${error.message} They are left alone (--context NAME names one)`);
      return undefined;
    }
    throw error;
  }
  if (!context.isLocal && !context.isNamed) {
    onSkip(
      `the context ${context.name} is no cluster of this machine, and is left alone (--context ${context.name} names it)`,
    );
    return undefined;
  }
  try {
    return await openCluster(context, signal);
  } catch (error) {
    signal.throwIfAborted();
    // Where nothing answers nothing can be looked at; who has named it wants to know.
    if (context.isNamed) throw error;
    onSkip(`the cluster of the context ${context.name} does not answer, and is left alone`);
    return undefined;
  }
}

async function findAll(
  { core }: Cluster,
  host: string,
  signal: AbortSignal,
): Promise<readonly { readonly name: string; readonly owner: Owner; readonly isLeaving: boolean }[]> {
  const list = async () => core.listNamespace({ labelSelector: `${label.host}=${host}` });
  const { items } = await insist('The namespaces cannot be listed', list, signal);
  return items.flatMap(({ metadata, status }) => {
    const owner = ownerOf(metadata?.labels ?? {});
    return owner === undefined || metadata?.name === undefined
      ? []
      : [{ name: metadata.name, owner, isLeaving: status?.phase === 'Terminating' }];
  });
}
