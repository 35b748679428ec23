import { UsageError } from '../../model/errors.ts';
import { servicesBeside, type Plan, type TrialSystem } from '../../model/plan.ts';
import type { Limits } from '../../model/system.ts';

/**
 * Refuses a plan whose topologies have limits that the platform does not keep to: its numbers would say something else.
 * @throws {UsageError} that names the scenario and the platforms that do
 */
export function checkLimits(plan: Plan, platform: { readonly name: string; readonly enforcesLimits: boolean }): void {
  if (platform.enforcesLimits) return;
  for (const { scenario, system } of plan.trials) {
    const limited = limitedIn(system);
    if (limited === undefined) continue;
    throw new UsageError(
      `The scenario "${scenario}" limits ${limited}, and the platform ${platform.name} cannot keep to limits.`,
      { hint: 'Use --platform docker, kubernetes or minikube.' },
    );
  }
}

function limitedIn(system: TrialSystem): string | undefined {
  if (system.kind !== 'url' && isLimited(system.limits)) return 'its replicas';
  const beside = servicesBeside(system).find(({ limits }) => isLimited(limits));
  return beside && `its service ${beside.name}`;
}

function isLimited(limits: Limits): boolean {
  return Object.values(limits).some((limit) => limit !== undefined);
}
