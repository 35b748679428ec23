import type { V1ResourceRequirements } from '@kubernetes/client-node';
import type { Limits } from '../../../model/system.ts';
import type { Service } from '../../../services/service.ts';
import type { Plain } from './plain.ts';

/** As much as there is. */
export const unlimited: Limits = { cpu: undefined, memoryBytes: undefined };

/** Limits as a pod has them. It asks for as much, so that it can have it; without a limit for what the service asks. */
export function resourcesOf({ cpu, memoryBytes }: Limits, asks: Service['asks']): Plain<V1ResourceRequirements> {
  const limits: Record<string, string> = {
    ...(cpu === undefined ? {} : { cpu: milliCores(cpu) }),
    ...(memoryBytes === undefined ? {} : { memory: String(memoryBytes) }),
  };
  return {
    requests: { cpu: milliCores(asks.cpu), memory: `${asks.memoryBytes / 2 ** 20}Mi`, ...limits },
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}

function milliCores(cpu: number): string {
  return `${Math.max(1, Math.round(cpu * 1000))}m`;
}
