import { UsageError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import { autoscaleIn } from '../../model/system.ts';

/**
 * Refuses a plan whose topologies change by themselves, on a platform on which they do not.
 * @throws {UsageError} that names the scenario and the platforms that do
 */
export function checkOrchestration(
  plan: Plan,
  platform: { readonly name: string; readonly orchestrates: boolean },
): void {
  if (platform.orchestrates) return;
  for (const trial of plan.trials) {
    if (!autoscaleIn(trial.system)) continue;
    throw new UsageError(
      `The scenario "${trial.scenario}" scales by itself, and the platform ${platform.name} cannot.`,
      {
        hint: 'Use --platform kubernetes or --platform minikube.',
      },
    );
  }
}
