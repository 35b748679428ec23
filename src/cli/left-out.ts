import { type Plan, servicesBeside } from '../model/plan.ts';
import type { Platform } from '../platforms/platform.ts';
import { leaveOut, type Lack } from '../scenarios/planning/leave-out.ts';

/** The plan without the variants that need an entry of the catalogue which this platform cannot start here. */
export async function withoutLacking(plan: Plan, platform: Platform, signal: AbortSignal): Promise<Plan> {
  const usesEntries = plan.trials.some(({ system }) => servicesBeside(system).some(({ kind }) => kind === 'entry'));
  return usesEntries ? leaveOut(plan, await lacksOf(platform, signal)) : plan;
}

async function lacksOf(platform: Platform, signal: AbortSignal): Promise<readonly Lack[]> {
  return (await platform.requirements(signal)).flatMap((requirement): readonly Lack[] => {
    if (requirement.met || requirement.entry === undefined) return [];
    const { name, problem, entry, fix } = requirement;
    return [{ entry, problem: `${name} (${problem})`, fix }];
  });
}
