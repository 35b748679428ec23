import path from 'node:path';
import { drawPort, isFree } from '../../machine/ports.ts';
import type { Limits } from '../../model/system.ts';
import {
  type Address,
  type Copy,
  type File,
  type Place,
  type Program,
  type Variables,
  plainText,
  titleOf,
  variablesOf,
} from '../../services/service.ts';
import { frontedIn, variablesReaching } from '../runner/balancers.ts';
import type { RunningCopy } from '../runner/host.ts';
import { type LocatedService, secretOf } from './located-service.ts';
import type { ProcessDescription } from './process.ts';
import type { RunContext } from './run-context.ts';

/** All by which one copy at a place differs from another. */
export interface Described {
  readonly program: ProcessDescription;
  readonly files: readonly File[];
  readonly limits: Limits;
}

/** Where a copy listens. */
export type Ports = Pick<Place, 'port' | 'ports'>;

/** A copy of another service, as one is told of it that uses or fronts it. */
export type Neighbour = RunningCopy & Address;

/** Where all of them listen. */
export const host = '127.0.0.1';

/** Draws the further ports that a program needs beside one that it has. */
export async function drawPorts({ ports = [] }: Program, port: number): Promise<Ports> {
  const drawn = new Map<string, number>();
  const isOurs = (taken: number): boolean => taken === port || [...drawn.values()].includes(taken);
  for (const name of ports)
    drawn.set(name, await drawPort(Math.random, async (other) => !isOurs(other) && isFree(other)));
  return { port, ports: Object.fromEntries(drawn) };
}

/** Where a copy runs. @param running copies of other services, each service's by number */
export function placeOf(
  { run, service }: LocatedService,
  copy: Copy,
  { port, ports }: Ports,
  running: readonly Neighbour[],
): Place {
  const data = path.join(run.folder, copy.name);
  const secret = secretOf(run, service);
  const copiesOf = (name: string): readonly Address[] => frontedIn(running, { fronts: [name] });
  const addressOf = (name: string): Address => {
    const [first] = copiesOf(name);
    if (first === undefined) throw new Error(`${copy.name} leads to ${name}, which is not in this stack.`);
    return first;
  };
  const reached = (used: string): Variables => {
    const variables = reachedIn(run, used, running);
    if (variables === undefined) throw new Error(`${service.name} uses ${used}, which is not in this stack.`);
    return variables;
  };
  const folder = `${data}-files`;
  return { copy, host, port, ports, folder, data, secret, copiesOf, addressOf, reached, lingerMs: 0 };
}

/** A copy at its place as it is to be started. */
export function describedAt(at: Place, located: LocatedService): Described {
  const { service } = located;
  return { program: programAt(at, located), files: service.files(at), limits: service.limits };
}

/** A copy as a program that is to run. */
export function programAt(
  at: Place,
  { run, service, program, found, user, inherited }: LocatedService,
): ProcessDescription {
  const told = Object.entries(variablesOf(service, at)).map(([name, text]) => [name, plainText(text)] as const);
  return {
    service: service.name,
    copy: at.copy.name,
    name: titleOf(service, at.copy),
    command: found.command,
    args: found.args(at),
    environment: { ...inherited, ...Object.fromEntries(told) },
    folder: run.folder,
    workingFolder: program.workingFolder,
    log: `${at.copy.name}.log`,
    backend: service.role === 'store',
    user,
    stopSignal: service.stop.signal,
    stopsGroup: service.stop.wholeGroup,
    graceMs: service.stop.graceMs,
  };
}

/** The variables by which a service is reached on this machine; undefined where there is no copy of it. */
export function reachedIn(run: RunContext, name: string, running: readonly Neighbour[]): Variables | undefined {
  return variablesReaching(running, name, (at, service) => ({
    host: at.host,
    port: at.port,
    copies: frontedIn(running, { fronts: [name] }),
    secret: secretOf(run, service),
  }));
}
