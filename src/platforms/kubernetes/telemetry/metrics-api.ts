import { z } from 'zod';
import { withTimeLimit } from '../../../machine/time-limit.ts';
import { type Cluster, serves } from '../cluster/cluster.ts';
import { nameOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { parseQuantity } from './quantity.ts';

/** The API that tells what pods use, in the version of metrics-server. */
const metricsApi = 'metrics.k8s.io/v1beta1';

/** A sample a second is taken: one that takes longer is none. */
const answerLimitMs = 2_000;

const quantity = z.string().transform((text, context) => {
  const value = parseQuantity(text);
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: 'is no quantity' });
  return z.NEVER;
});

const metricsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      timestamp: z.iso.datetime({ offset: true }),
      containers: z.array(z.object({ usage: z.object({ cpu: quantity, memory: quantity }) })),
    }),
  ),
});

/** What a pod used on average in the last window. */
export interface Metered {
  /** When the window ended, by the cluster's clock. */
  readonly atMs: number;
  readonly cores: number;
  readonly memoryBytes: number;
}

/** Whether a cluster tells what pods use: not all have the API, and it may be down. */
export async function servesMetrics(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  return serves(cluster, metricsApi, signal);
}

/** Reads the answer of the API: what each pod used, by its name. */
export function parsePodMetrics(body: string): ReadonlyMap<string, Metered> {
  const { items } = metricsSchema.parse(JSON.parse(body));
  return new Map(
    items.map(({ metadata, timestamp, containers }) => {
      const total = (of: 'cpu' | 'memory'): number => containers.reduce((sum, { usage }) => sum + usage[of], 0);
      return [metadata.name, { atMs: Date.parse(timestamp), cores: total('cpu'), memoryBytes: total('memory') }];
    }),
  );
}

/** What all pods of a run use; nothing where the API does not answer now. */
export async function readPodMetrics({ cluster, name }: RunNamespace, signal: AbortSignal) {
  const path = `/apis/${metricsApi}/namespaces/${name}/pods`;
  const read = async (limited: AbortSignal) =>
    Promise.all([listPods({ cluster, namespace: name, labels: {} }, limited), cluster.requests.get(path, limited)]);
  const told = await withTimeLimit(answerLimitMs, signal, read).catch(() => undefined);
  if (told === undefined) return [];
  const [pods, answer] = told;
  if (answer.status !== 200) return [];
  const metered = parsePodMetrics(answer.body);
  return pods.flatMap((pod) => {
    const used = metered.get(nameOf(pod));
    return used === undefined ? [] : [{ pod, ...used }];
  });
}
