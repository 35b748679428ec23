import path from 'node:path';
import { drawPort, isFree } from '../../machine/ports.ts';
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
import type { LocatedService } from './located-service.ts';
import type { ProcessDescription } from './process.ts';

/** All by which one copy at a place differs from another. */
export interface Described {
  readonly program: ProcessDescription;
  readonly files: readonly File[];
}

/** Where a copy listens. */
export type Ports = Pick<Place, 'port' | 'ports'>;

/** A copy of another service that runs, as one is told of it that uses or fronts it. */
export interface Neighbour extends Address {
  readonly located: LocatedService;
}

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
  { run, service, secret }: LocatedService,
  copy: Copy,
  { port, ports }: Ports,
  running: readonly Neighbour[],
): Place {
  const data = path.join(run.folder, copy.name);
  const copiesOf = (name: string): readonly Address[] => running.filter(({ located }) => located.service.name === name);
  const reached = (used: string): Variables => {
    const variables = variablesReaching(used, running);
    if (variables === undefined) throw new Error(`${service.name} uses ${used}, which is not in this stack.`);
    return variables;
  };
  return { copy, host, port, ports, folder: `${data}-files`, data, secret, copiesOf, reached, lingerMs: 0 };
}

/** A copy at its place as it is to be started. */
export function describedAt(at: Place, located: LocatedService): Described {
  return { program: programAt(at, located), files: located.service.files(at) };
}

/** A copy as a program that is to run. */
export function programAt(
  at: Place,
  { run, service, program, found, user, inherited }: LocatedService,
): ProcessDescription {
  const told = Object.entries(variablesOf(service, at)).map(([name, text]) => [name, plainText(text)] as const);
  return {
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

/** By which a service is reached: at what stands in front of it, or at its first copy. Undefined where none runs. */
export function variablesReaching(name: string, running: readonly Neighbour[]): Variables | undefined {
  const copy = running.find(({ located: { service } }) => service.name === name);
  if (copy === undefined) return undefined;
  const entrance = running.find(({ located: { service } }) => service.fronts.includes(name)) ?? copy;
  const { service, secret } = copy.located;
  return service.reachedBy({ host: entrance.host, port: entrance.port, secret });
}
