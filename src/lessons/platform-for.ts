import { changes, servicesBeside } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Limits } from '../model/system.ts';
import type { PlatformName } from '../platforms/platform.ts';

/** The least platform that can run all of a scenario: an image or a limit needs a container, and what changes by itself a cluster. */
export function platformFor({ variants }: Scenario): PlatformName {
  const systems = variants.map(({ system }) => system);
  if (systems.some(changes)) return 'kubernetes';
  const isContained = systems
    .flatMap((system) => [system, ...servicesBeside(system)])
    .some((part) => part.kind === 'image' || ('limits' in part && isLimited(part.limits)));
  return isContained ? 'docker' : 'local';
}

function isLimited({ cpu, memoryBytes }: Limits): boolean {
  return cpu !== undefined || memoryBytes !== undefined;
}

/** ` --platform docker` where the one that is taken by default cannot run it. */
export function platformOption(scenario: Scenario): string {
  const platform = platformFor(scenario);
  return platform === 'local' ? '' : ` --platform ${platform}`;
}
