import type { V1ResourceRequirements } from '@kubernetes/client-node';
import type { Limits } from '../../../model/system.ts';
import type { Plain } from './plain.ts';

/** So little that everything fits beside four replicas of a quarter of a core on a node of two, half of which the cluster has for itself. */
const unlimited = { cpu: '20m', memory: '128Mi' } as const;

/** Limits as a pod has them. It asks for as much, so that it can have it; without a limit for a little. */
export function resourcesOf({ cpu, memoryBytes }: Limits): Plain<V1ResourceRequirements> {
  const limits: Record<string, string> = {
    ...(cpu === undefined ? {} : { cpu: `${Math.max(1, Math.round(cpu * 1000))}m` }),
    ...(memoryBytes === undefined ? {} : { memory: String(memoryBytes) }),
  };
  return {
    requests: { ...unlimited, ...limits },
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}

/** What a service asks for that has no limit. */
export function requesting(cpu: string, memory: string): Plain<V1ResourceRequirements> {
  return { requests: { cpu, memory } };
}
