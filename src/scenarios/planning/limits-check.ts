import { UsageError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';

/**
 * Refuses a plan whose topologies have limits that the platform does not keep to: its numbers would say something else.
 * @throws {UsageError} that names the scenario and the platforms that do
 */
export function checkLimits(plan: Plan, platform: { readonly name: string; readonly enforcesLimits: boolean }): void {
  if (platform.enforcesLimits) return;
  const limited = plan.trials.find(
    ({ system }) =>
      (system.kind === 'app' || system.kind === 'image') &&
      Object.values(system.limits).some((limit) => limit !== undefined),
  );
  if (!limited) return;
  throw new UsageError(
    `The scenario "${limited.scenario}" limits its replicas, and the platform ${platform.name} cannot keep to limits.`,
    { hint: 'Use --platform docker, kubernetes or minikube.' },
  );
}
