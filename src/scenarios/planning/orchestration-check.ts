import { UsageError } from '../../model/errors.ts';
import type { Plan, Trial } from '../../model/plan.ts';

/**
 * Refuses a plan whose topologies change by themselves, or by a roll-out, on a platform that does neither.
 * @throws {UsageError} that names the scenario and the platforms that do
 */
export function checkOrchestration(
  plan: Plan,
  platform: { readonly name: string; readonly orchestrates: boolean },
): void {
  if (platform.orchestrates) return;
  for (const trial of plan.trials) {
    const what = demandOf(trial);
    if (what === undefined) continue;
    throw new UsageError(`The scenario "${trial.scenario}" ${what}, and the platform ${platform.name} cannot.`, {
      hint: 'Use --platform kubernetes or --platform minikube.',
    });
  }
}

function demandOf({ system }: Trial): string | undefined {
  if (system.kind !== 'app') return undefined;
  if (system.autoscale) return 'scales by itself';
  return system.rollout && 'rolls out a new version';
}
