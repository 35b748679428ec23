import type { V1Pod } from '@kubernetes/client-node';
import { TimeLimit, withTimeLimit } from '../../../machine/time-limit.ts';
import type { ReplicaMetrics } from '../../../model/running-system.ts';
import type { Service } from '../../../services/service.ts';
import { scrapeCopy } from '../../common/scrape.ts';
import { askThroughProxy, proxyUrl } from '../cluster/pod-proxy.ts';
import { calledAs, endOf, isLeaving, isRunning, nameOf } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type RunningService, podsOf } from '../system/running-service.ts';

/** What the copies of a service said, and its pods as they were then. */
export interface Scrape {
  readonly service: Service;
  /** When it was over. */
  readonly atMs: number;
  /** When each copy answered: one that takes its time says nothing of the others' times. */
  readonly answeredMs: ReadonlyMap<string, number>;
  readonly pods: readonly V1Pod[];
  readonly metrics: readonly ReplicaMetrics[];
}

/** Which copies there are is asked anew each time, and no longer than a copy itself is waited for. */
const listLimitMs = 5_000;

/**
 * Reads the metrics of every copy of a service through the API server.
 * @param isChanging whether copies come and go as they are meant to: then those that there are tell, and otherwise one that is not
 * there any more is told of
 */
export async function scrapeService(
  run: RunNamespace,
  running: RunningService,
  isChanging: boolean,
  signal: AbortSignal,
): Promise<Scrape> {
  const { service, pods: deployed } = running;
  try {
    const pods = await withTimeLimit(listLimitMs, signal, async (limited) => podsOf(run, service, limited));
    return await scrapePods(run, running, isChanging, pods, signal);
  } catch (error) {
    if (!(error instanceof TimeLimit)) throw error;
    const problem = 'the API server does not say in time which copies there are';
    const metrics = deployed.map(({ name }): ReplicaMetrics => ({ replica: calledAs(name, service), problem }));
    return { service, atMs: Date.now(), answeredMs: new Map(), pods: [], metrics };
  }
}

async function scrapePods(
  run: RunNamespace,
  { service, pods: deployed }: RunningService,
  isChanging: boolean,
  pods: readonly V1Pod[],
  signal: AbortSignal,
): Promise<Scrape> {
  const there = pods.filter((pod) => isRunning(pod) || (!isChanging && !isLeaving(pod)));
  const gone = isChanging ? [] : deployed.filter(({ name }) => !there.some((pod) => nameOf(pod) === name));
  const ask = askThroughProxy(run.cluster);
  const answeredMs = new Map<string, number>();
  const told = await Promise.all(
    there.map(async (pod): Promise<ReplicaMetrics | undefined> => {
      const replica = calledAs(nameOf(pod), service);
      if (!isRunning(pod)) return notRunning(pod, replica);
      // Nobody has said that it tells anything.
      if (service.counters === undefined) return undefined;
      const url = proxyUrl(run.name, nameOf(pod), service.port.inside);
      const metrics = await scrapeCopy(replica, url, service.counters, signal, ask);
      answeredMs.set(replica, Date.now());
      return metrics;
    }),
  );
  const lost = gone.map(({ name }): ReplicaMetrics => {
    return { replica: calledAs(name, service), problem: 'its pod was deleted', ended: true };
  });
  const metrics = [...told.filter((each) => each !== undefined), ...lost];
  return { service, atMs: Date.now(), answeredMs, pods, metrics };
}

function notRunning(pod: V1Pod, replica: string): ReplicaMetrics {
  const end = endOf(pod);
  // The cluster puts a pod in the place of one that is gone: nothing is lost with it.
  if (end === undefined) return { replica, problem: 'it has not started yet' };
  return { replica, problem: `it ${end}`, ended: true };
}
