import { z } from 'zod';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';

/** What something used in the last window, as the metrics API tells it. */
export interface Figures {
  readonly timestamp: string;
  readonly window: string;
  readonly usage: { readonly cpu: string; readonly memory: string };
}

/** What a pod used. */
export interface PodFigures {
  readonly namespace: string;
  readonly pod: string;
  readonly containers: readonly (Figures & { readonly name: string })[];
}

// What has only just started has no rate yet.
const usedSchema = z.object({
  cpu: z.object({ time: z.string(), usageNanoCores: z.number().optional() }).optional(),
  memory: z.object({ workingSetBytes: z.number().optional() }).optional(),
});
const summarySchema = z.object({
  node: usedSchema.extend({ nodeName: z.string() }),
  pods: z.array(
    z.object({
      podRef: z.object({ name: z.string(), namespace: z.string() }),
      // Null while a pod starts or ends.
      containers: z.array(usedSchema.extend({ name: z.string() })).nullish(),
    }),
  ),
});

/** What the kubelets of all nodes say: they measure every container about every ten seconds. */
export async function readFigures(
  { core, requests }: Cluster,
  signal: AbortSignal,
): Promise<{ readonly nodes: ReadonlyMap<string, Figures>; readonly pods: readonly PodFigures[] }> {
  const { items } = await core.listNode();
  const summaries = await Promise.all(
    items.map(async ({ metadata }) => {
      const path = `/api/v1/nodes/${String(metadata?.name)}/proxy/stats/summary?only_cpu_and_memory=true`;
      const { status, body } = await requests.get(path, signal);
      if (status !== 200) throw new Error(`the kubelet tells nothing: ${body}`);
      return summarySchema.parse(JSON.parse(body));
    }),
  );
  const nodes = summaries.flatMap(({ node }) => figuresOf(node).map((figures) => [node.nodeName, figures] as const));
  const pods = summaries.flatMap((summary) =>
    summary.pods.flatMap(({ podRef, containers: all }): PodFigures[] => {
      const containers = all ?? [];
      const told = containers.flatMap((container) =>
        figuresOf(container).map((figures) => ({ name: container.name, ...figures })),
      );
      // A part of a pod would be taken for all of it.
      if (told.length === 0 || told.length < containers.length) return [];
      return [{ namespace: podRef.namespace, pod: podRef.name, containers: told }];
    }),
  );
  return { nodes: new Map(nodes), pods };
}

function figuresOf({ cpu, memory }: z.infer<typeof usedSchema>): readonly Figures[] {
  if (cpu?.usageNanoCores === undefined || memory?.workingSetBytes === undefined) return [];
  const usage = { cpu: `${cpu.usageNanoCores}n`, memory: `${Math.ceil(memory.workingSetBytes / 1024)}Ki` };
  return [{ timestamp: cpu.time, window: '10s', usage }];
}
