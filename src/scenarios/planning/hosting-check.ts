import { UsageError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import type { HostedSystem } from '../../model/system.ts';

const hints: Readonly<Record<HostedSystem['kind'], string>> = {
  command: 'Use --platform local, or make an image of it.',
  image: 'Use --platform docker, kubernetes or minikube.',
};

/**
 * Refuses a plan with servers of the user's own that the platform cannot start.
 * @throws {UsageError} that names the scenario and the platforms that can
 */
export function checkHosting(
  plan: Plan,
  platform: { readonly name: string; readonly hosts: readonly HostedSystem['kind'][] },
): void {
  for (const { scenario, system } of plan.trials) {
    if (system.kind === 'app' || system.kind === 'url' || platform.hosts.includes(system.kind)) continue;
    const what = system.kind === 'command' ? 'a command' : 'an image';
    throw new UsageError(
      `The target of the scenario "${scenario}" is ${what}, which the platform ${platform.name} does not start.`,
      { hint: hints[system.kind] },
    );
  }
}
