import { changes } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import type { PlatformName } from '../platforms/platform.ts';

/** The least platform that can run all of a scenario: a limit needs a container, and what changes by itself needs a cluster. */
export function platformFor({ variants }: Scenario): PlatformName {
  const systems = variants.map(({ system }) => system);
  if (systems.some(changes)) return 'kubernetes';
  const isLimited = systems.some((system) => 'limits' in system && system.limits.cpu !== undefined);
  return isLimited ? 'docker' : 'local';
}

/** ` --platform docker` where the one that is taken by default cannot run it. */
export function platformOption(scenario: Scenario): string {
  const platform = platformFor(scenario);
  return platform === 'local' ? '' : ` --platform ${platform}`;
}
