import type { V1Pod } from '@kubernetes/client-node';
import { withLog } from '../../../machine/log-tail.ts';
import { LabError } from '../../../model/errors.ts';
import { type Service, isIndispensable } from '../../../services/service.ts';
import type { Death } from '../../platform.ts';
import { calledAs, endOf, isLeaving, nameOf, restartsOf, serviceOf, stateOf } from './pod-state.ts';
import { listPods, podLog } from './pods.ts';
import type { RunNamespace } from './run-namespace.ts';

/** A pod as it was when it was known to be well. */
export interface KnownPod {
  readonly service: Service;
  /** As telemetry calls it. */
  readonly copy: string;
  readonly uid: string;
  readonly restarts: number;
}

async function allPods({ cluster, name }: RunNamespace, signal: AbortSignal): Promise<readonly V1Pod[]> {
  return listPods({ cluster, namespace: name, labels: {} }, signal);
}

/** The pods of these services as they are now. */
export async function knownPods(
  run: RunNamespace,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<readonly KnownPod[]> {
  const pods = (await allPods(run, signal)).filter((pod) => !isLeaving(pod));
  return services.flatMap((service) =>
    pods
      .filter((pod) => serviceOf(pod) === service.name)
      .map((pod) => ({
        service,
        copy: calledAs(nameOf(pod), service),
        uid: pod.metadata?.uid ?? '',
        restarts: restartsOf(pod),
      })),
  );
}

/**
 * Which of these pods have ended since, also where the cluster has started them anew: what they held may be gone. Copies of what is
 * tested are fatal only where all of them have, and what runs beside it is only where nothing works without it.
 */
export async function podDeaths(
  run: RunNamespace,
  known: readonly KnownPod[],
  signal: AbortSignal,
): Promise<readonly Death[]> {
  const pods = await allPods(run, signal);
  const ended = known.flatMap((each) => {
    const pod = pods.find(({ metadata }) => metadata?.uid === each.uid);
    const end = endSince(each, pod);
    return end === undefined ? [] : [{ ...each, pod, end }];
  });
  const tested = (those: readonly KnownPod[]) => those.filter(({ service: { role } }) => role === 'tested').length;
  const areAllGone = tested(ended) === tested(known);
  const isFatal = (service: Service): boolean =>
    isIndispensable(service) || service.role === 'balancer' || (service.role === 'tested' && areAllGone);
  return Promise.all(
    ended.map(async ({ service, copy, pod, end }): Promise<Death> => {
      const { name, title, copies } = service;
      const subject = { service: name, copy };
      const told = pod === undefined ? {} : withLog(subject, await podLog(run.cluster, run.name, pod, signal));
      const error = new LabError(`${copies.kind === 'one' ? title : copy} ${end}.`, told);
      return { ...subject, isFatal: isFatal(service), error };
    }),
  );
}

function endSince({ restarts }: KnownPod, pod: V1Pod | undefined): string | undefined {
  if (pod === undefined || isLeaving(pod)) return 'is gone: its pod was deleted';
  const isAnew = restartsOf(pod) > restarts;
  if (stateOf(pod).kind !== 'ended' && !isAnew) return undefined;
  const again = isAnew ? ', and was started anew' : '';
  return `${endOf(pod) ?? 'ended'}${again}`;
}
