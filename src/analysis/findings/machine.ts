import { formatPercent, formatRounded } from '../../model/numbers.ts';
import { testedName } from '../../model/system.ts';
import {
  coresOfMachine,
  inCores,
  isReplica,
  loopLevel,
  machineLevel,
  type TrialView,
  type MachineUse,
} from '../trial-view.ts';
import { slowReplica, unevenReplicas } from './replicas.ts';
import { moreReplicas, runAgain, type Found, type Rule } from './rule.ts';

/** What others than the system and its load use is worth a word from here on, in cores. */
const noticeableCores = 0.3;

/** At least 90% of the cores were in use: whatever is added takes from what is there. */
export const machineFull: Rule = (view) => {
  const machine = coresOfMachine(view);
  if (!machine || machineLevel(view) !== 'full') return undefined;
  const text = `The machine is full: ${inCores(machine)} were in use, ${usersOf(machine)}.`;
  const { othersUsed, used } = machine;
  if (othersUsed !== undefined && othersUsed >= noticeableCores) {
    const command = runAgain(view, '--replicas', String(view.trial.replicas));
    return { text, next: 'End what else runs on it, and run this again.', command, gain: othersUsed / used };
  }
  const next =
    'More replicas, workers or connections would share the same cores: ask for less work, or take more cores.';
  // Twice the cores would make it half.
  return { text, next, gain: 0.5 };
};

/** "1.1 by app-1, 0.5 by postgres"; what would read as nothing is left out. */
function usersOf({ users }: MachineUse): string {
  return users
    .filter(({ used }) => used >= 0.05)
    .map(({ name, used }) => `${formatRounded(used, 1)} by ${name}`)
    .join(', ');
}

/** The event loop of the busiest replica is busy for at least 95% of the time. */
export const eventLoopFull: Rule = (view) => {
  const { event_loop_utilisation: utilisation = 0 } = view.metrics;
  if (loopLevel(view) !== 'full') return undefined;
  const text = `The event loop is full (utilisation ${utilisation.toFixed(2)}).`;
  return { text, about: { service: testedName(view.trial.system) }, ...loopAdvice(view) };
};

/** A replica or a worker more helps only where there is a core for it, and nothing else keeps those that are there from their work. */
function loopAdvice(view: TrialView): Omit<Found, 'text' | 'about'> {
  const machine = coresOfMachine(view);
  const level = machineLevel(view);
  const less = 'make each request cheaper: a cache, fewer queries, smaller answers';
  if (machine && level === 'full') {
    return { next: `There is no core left for another replica (${inCores(machine)}): ${less}.`, gain: 0.4 };
  }
  if (slowReplica(view)) return { next: 'See first to the replica that is slower than the others.', gain: 0 };
  if (unevenReplicas(view)) return { next: 'See first to how the requests are dealt out.', gain: 0 };
  const isLimited = (replicasThrottled(view) ?? 0) >= 0.05;
  const command = moreReplicas(view);
  const rest = { ...(command === undefined ? {} : { command }), gain: 0.5 };
  if (machine && level === 'unclear') {
    const what = isLimited ? 'a higher CPU limit or replicas help' : 'replicas or workers help';
    return { next: `${tryTells(what, machine)} If not, ${less}.`, ...rest };
  }
  if (isLimited) return { next: 'The replicas are at their CPU limit: raise it, or add replicas.', ...rest };
  if (machine === undefined)
    return { next: `Add replicas or workers where there are cores for them, or ${less}.`, gain: 0.5 };
  const left = `${formatRounded(machine.of - machine.used, 1)} cores are left for them`;
  return { next: `Add replicas or workers: ${left}.`, ...rest };
}

/** Said where the machine is neither full nor known to have cores left. */
function tryTells(what: string, machine: MachineUse): string {
  const known = machine.othersUsed === undefined ? ", as far as the lab's own services go" : '';
  return `Whether ${what}, a try tells: ${inCores(machine)} were in use${known}.`;
}

/** A service is kept from the CPU by its limit for at least 30% of the time. */
export const throttled: Rule = (view) => {
  const [worst] = [...view.resources].sort((one, other) => other.throttledRatio - one.throttledRatio);
  if (!worst || worst.throttledRatio < 0.3) return undefined;
  const about = { service: worst.service, copy: worst.copy };
  const limit = worst.cpuLimit === undefined ? '' : ` (${formatRounded(worst.cpuLimit, 2)} cores)`;
  const text = `${worst.copy} was at its CPU limit${limit} ${formatPercent(worst.throttledRatio)} of the time.`;
  const machine = coresOfMachine(view);
  const level = machineLevel(view);
  if (level === 'full') return { text, about, next: 'A higher limit would not help: no core is left for it.', gain: 0 };
  const command = isReplica(worst) ? moreReplicas(view) : undefined;
  const [raise, helps] =
    command === undefined
      ? ['Raise it.', 'a higher limit helps']
      : ['Raise it, or add replicas.', 'a higher limit or replicas help'];
  const next = machine && level === 'unclear' ? tryTells(helps, machine) : raise;
  return { text, about, next, ...(command === undefined ? {} : { command }), gain: worst.throttledRatio };
};

/** How much of the time a replica was kept from the CPU by its limit, where that is most; undefined where nobody knows. */
export function replicasThrottled({ resources }: TrialView): number | undefined {
  const ratios = resources.filter(isReplica).map((replica) => replica.throttledRatio);
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}
