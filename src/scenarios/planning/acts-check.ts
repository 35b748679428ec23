import { describeAct, linkText } from '../../model/act-words.ts';
import { actTraits, isOnLink, type Act, type ActKind } from '../../model/acts.ts';
import { UsageError } from '../../model/errors.ts';
import { durationText } from '../../shapes/units.ts';
import type { Plan } from '../../model/plan.ts';
import type { Variant } from '../../model/scenario.ts';
import { isNumbered, testedName, type System } from '../../model/system.ts';
import { besideOf } from '../../services/system.ts';

/** What of a platform decides over what can be done on it. */
interface ActingPlatform {
  readonly name: string;
  readonly acts: readonly ActKind[];
  readonly orchestrates: boolean;
}

/** Before its liveness probe has failed for long enough. */
const mostPausedMs = 50_000;

interface Refusal {
  readonly sentence: string;
  readonly hint: string;
}

/**
 * Refuses a plan with acts that the platform cannot do.
 * @throws {UsageError} that names the scenario, the act, and what can be done
 */
export function checkActs(plan: Plan, platform: ActingPlatform): void {
  for (const { name, variants } of plan.scenarios) {
    for (const variant of variants) {
      for (const act of variant.acts ?? []) {
        const refusal = refusalOf(act, variant, platform);
        if (!refusal) continue;
        throw new UsageError(`The scenario "${name}" ${refusal.sentence}.`, { hint: refusal.hint });
      }
    }
  }
}

function refusalOf(act: Act, { system }: Variant, { name, acts, orchestrates }: ActingPlatform): Refusal | undefined {
  if (!acts.includes(act.kind)) return { sentence: unable(act, name), hint: hintFor(act.kind, name, acts) };
  if (!orchestrates) return undefined;
  const told = describeAct(act, system);
  if (act.kind === 'kill' && act.restart === 'none') {
    const sentence = `${told} with restart: none, and the platform ${name} starts again what has ended`;
    return { sentence, hint: 'Leave restart out, or use --platform local or --platform docker.' };
  }
  const lastsMs = act.kind === 'pause' ? (act.lastsMs ?? 0) : 0;
  if (isNumbered(system, act.service) && lastsMs > mostPausedMs) {
    const sentence = `${told}, and the platform ${name} starts anew what does not answer for a minute`;
    return { sentence, hint: `Write for: ${durationText(mostPausedMs)} at most.` };
  }
  const renews = act.kind === 'stop' || act.kind === 'restart';
  if (renews && keepsData(system, act.service)) {
    const sentence = `${told}, and its data go with its pod on the platform ${name}`;
    return { sentence, hint: 'Use kill: it is started again in the same pod, with its data.' };
  }
  const hasBalancer = 'balancer' in system && system.balancer !== undefined;
  if (hasBalancer && act.service === testedName(system) && (renews || act.kind === 'scale')) {
    const sentence = `${told}, and nginx would not hear of the new pods on the platform ${name}`;
    return { sentence, hint: 'Leave the balancer out, as the platform deals requests out by itself, or use kill.' };
  }
  if (act.service !== 'nginx' || hasBalancer) return undefined;
  const sentence = `${told}, and the platform ${name} deals requests out by itself`;
  return { sentence, hint: 'Name a balancer, which is nginx there as well, or leave the act out.' };
}

/** Whether a store writes data to disk that others expect to find again. */
function keepsData(system: System, service: string): boolean {
  const found = besideOf(system).find(({ name, role }) => name === service && role === 'store');
  return (found?.image?.data.length ?? 0) > 0;
}

function unable(act: Act, platform: string): string {
  return `${whatText(act)}, and the platform ${platform} cannot`;
}

function whatText(act: Act): string {
  if (act.kind === 'roll-out') return 'rolls out a new version';
  return `${actTraits[act.kind].does} ${isOnLink(act) ? linkText(act) : act.service}`;
}

function hintFor(kind: ActKind, platform: string, acts: readonly ActKind[]): string {
  if (kind === 'roll-out') return 'Use --platform kubernetes or --platform minikube.';
  return acts.length === 0
    ? `Nothing can be done on ${platform}.`
    : `What can be done on ${platform}: ${acts.join(', ')}.`;
}
