import { unlessAborted } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { type Service, copiesOf } from '../../services/service.ts';
import { deployedOf } from '../../services/system.ts';
import type { Agent } from './agent-connection.ts';
import { isUpToDate, putInFront } from './balancers.ts';
import { prepare, retire, startCopies, stayingOf } from './copies.ts';
import type { RunContext } from './run-context.ts';
import { type Running, balancerIn } from './running.ts';
import type { RunningCopy, Surroundings } from './surroundings.ts';

/** A topology that is to run in place of another. */
export interface Replacement {
  readonly run: RunContext;
  readonly agent: Agent;
  /** Undefined where nothing of it has stayed. */
  readonly before: Running | undefined;
  readonly stores: readonly RunningCopy[];
  readonly topology: Topology | HostedTopology;
}

/**
 * Puts a topology in place of another, service by service: each after what it uses or fronts. What would be started just so again
 * stays, and nothing does where something has died meanwhile, or was done to it.
 */
export async function replace(
  { run, agent, before, stores, topology }: Replacement,
  signal: AbortSignal,
): Promise<Running> {
  const services = deployedOf(topology, { dealsRequests: false });
  const { present, idle } = presentFor(services, before);
  const isWanted = ({ service: { name } }: RunningCopy): boolean => services.some((service) => service.name === name);
  await run.remove(present.filter((copy) => !isWanted(copy)).map(({ container }) => container));

  const isAsItWas = !before?.topology.acts?.length && present.every(({ container: { end } }) => end === undefined);
  const copies: RunningCopy[] = [];
  const leaving: RunningCopy[] = [];
  for (const service of services) {
    const around: Surroundings = { run, agent, running: [...stores, ...copies] };
    const own = present.filter((copy) => copy.service.name === service.name);
    if (service.role === 'balancer') {
      copies.push(...(await inFront(around, own[0], service, signal)));
      continue;
    }
    // What it keeps open to those that it uses would lead to the ones before.
    const isBesideNew = copies.some((copy) => service.uses.includes(copy.service.name) && !isAmong(present, copy));
    const staying = isAsItWas && !isBesideNew ? await stayingOf(around, service, own, signal) : [];
    const { all, tooMany } = await complete(around, service, own, staying, signal);
    copies.push(...all);
    leaving.push(...tooMany);
  }
  await unlessAborted(retire(run, leaving), signal);
  return { topology, stores, copies, idle };
}

/** What is there, and of that what stands idle: it is not taken for what is there. */
function presentFor(
  services: readonly Service[],
  before: Running | undefined,
): { readonly present: readonly RunningCopy[]; readonly idle: RunningCopy | undefined } {
  if (before === undefined) return { present: [], idle: undefined };
  const balancer = balancerIn(before) ?? before.idle;
  const others = before.copies.filter((copy) => copy !== balancer);
  if (balancer === undefined) return { present: others, idle: undefined };
  const isNeeded = services.some(({ name }) => name === balancer.service.name);
  return isNeeded ? { present: [...others, balancer], idle: undefined } : { present: others, idle: balancer };
}

/** Starts what is missing of a service, and does at the same time what is done once for it: nothing asks its copies before both are done. */
async function complete(
  around: Surroundings,
  service: Service,
  own: readonly RunningCopy[],
  staying: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<{ readonly all: readonly RunningCopy[]; readonly tooMany: readonly RunningCopy[] }> {
  const missing = copiesOf(service).filter(({ name }) => !staying.some(({ copy }) => copy.name === name));
  const leaving = own.filter((copy) => !isAmong(staying, copy));
  // Nothing is in flight on a copy that is replaced: there is no time to lose on its farewell.
  const replaced = leaving.filter(({ copy }) => missing.some(({ name }) => name === copy.name));
  await around.run.remove(replaced.map(({ container }) => container));
  const [, started] = await together(signal, (limited) => [
    prepare(around, service, limited),
    startCopies(around, service, limited, missing),
  ]);
  return {
    all: [...staying, ...started].sort((one, other) => one.copy.number - other.copy.number),
    tooMany: leaving.filter((copy) => !isAmong(replaced, copy)),
  };
}

/** The balancer as it is where it would be told nothing new. */
async function inFront(
  around: Surroundings,
  before: RunningCopy | undefined,
  balancer: Service,
  signal: AbortSignal,
): Promise<readonly RunningCopy[]> {
  const stays = before !== undefined && (await isUpToDate(around, before, balancer, signal));
  return stays ? [{ ...before, service: balancer }] : putInFront(around, before, balancer, signal);
}

function isAmong(copies: readonly RunningCopy[], { container }: RunningCopy): boolean {
  return copies.some((copy) => copy.container === container);
}
