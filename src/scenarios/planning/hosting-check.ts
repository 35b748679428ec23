import { UsageError } from '../../model/errors.ts';
import { servicesBeside, type Plan } from '../../model/plan.ts';
import { isHosted, type HostedSystem } from '../../model/system.ts';
import { besideOf } from '../../services/system.ts';

/** What a service is as a process and as a container, where it can be one, by what a platform says of itself. */
const needs = { command: 'program', image: 'image' } as const;

const hints: Readonly<Record<HostedSystem['kind'], string>> = {
  command: 'Use --platform local, or make an image of it.',
  image: 'Use --platform docker, kubernetes or minikube.',
};
const nouns: Readonly<Record<HostedSystem['kind'], string>> = { command: 'a command', image: 'an image' };

/**
 * Refuses a plan with servers of the user's own, or services beside them, that the platform cannot start.
 * @throws {UsageError} that names the scenario and the platforms that can
 */
export function checkHosting(
  plan: Plan,
  platform: { readonly name: string; readonly hosts: readonly HostedSystem['kind'][] },
): void {
  const refuse = (what: string, kind: HostedSystem['kind']): never => {
    const sentence = `${what} is ${nouns[kind]}, which the platform ${platform.name} does not start.`;
    throw new UsageError(sentence, { hint: hints[kind] });
  };
  for (const { scenario, system } of plan.trials) {
    if (isHosted(system) && !platform.hosts.includes(system.kind)) {
      refuse(`The target of the scenario "${scenario}"`, system.kind);
    }
    const named = servicesBeside(system).map(({ name }) => name);
    for (const service of besideOf(system).filter(({ name }) => named.includes(name))) {
      if (platform.hosts.some((kind) => service[needs[kind]] !== undefined)) continue;
      refuse(`The service "${service.name}" of the scenario "${scenario}"`, service.program ? 'command' : 'image');
    }
  }
}
