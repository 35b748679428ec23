import { unlessAborted } from '../machine/time-limit.ts';
import type { Plan } from '../model/plan.ts';
import type { Platform } from '../platforms/platform.ts';
import { checkActs } from '../scenarios/planning/acts-check.ts';
import { checkHosting } from '../scenarios/planning/hosting-check.ts';
import { checkLimits } from '../scenarios/planning/limits-check.ts';
import { checkOrchestration } from '../scenarios/planning/orchestration-check.ts';
import { checkReach, checkRemote, type TargetAddresses } from '../scenarios/planning/remote-check.ts';
import type { Io } from './io.ts';

/** All addresses of a name, as a connection would find them. */
async function lookUp(name: string): Promise<readonly string[]> {
  const { lookup } = await import('node:dns/promises');
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

/**
 * Checks what a plan asks of a platform, before anything is started.
 * @returns where its targets are: nobody is to look that up again
 * @throws {UsageError} where the platform cannot do it, or load would leave this machine and its networks
 * @throws the signal's reason as soon as it is aborted
 */
export async function checkPlan(
  plan: Plan,
  platform: Platform,
  allowRemote: boolean,
  { environment, signal }: Pick<Io, 'environment' | 'signal'>,
): Promise<TargetAddresses> {
  // First: what it needs keeps to limits as well, and one hint should do.
  checkOrchestration(plan, platform);
  checkActs(plan, platform);
  checkHosting(plan, platform);
  checkLimits(plan, platform);
  checkReach(plan, platform);
  // A name server may take its time.
  return unlessAborted(checkRemote(plan, allowRemote, lookUp, environment), signal);
}
