import type { Environment } from '../../machine/environment.ts';
import type { Machine, Program, Runnable, Service } from '../../services/service.ts';
import type { Programs } from '../common/programs.ts';
import { markVariable } from './own-processes.ts';
import type { RunContext } from './run-context.ts';
import { unprivilegedUser } from './unprivileged-user.ts';

/** What services are started with, beside their run. */
export interface Surroundings {
  /** The user's own environment. */
  readonly environment: Environment;
  readonly programs: Pick<Programs, 'app' | 'link'>;
}

/** A service whose program was found on this machine: its copies can be started. */
export interface LocatedService {
  readonly run: RunContext;
  readonly service: Service;
  readonly program: Program;
  readonly found: Runnable;
  /** Who it runs as; undefined for the lab's own user. */
  readonly user: Machine['user'];
  /** What it is told of this machine's environment. */
  readonly inherited: Readonly<Record<string, string>>;
}

/**
 * Finds the program of a service.
 * @throws {LabError} that says what is missing, and how to get it
 */
export async function locate(
  run: RunContext,
  service: Service,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<LocatedService> {
  const { program, title } = service;
  if (program === undefined) throw new Error(`${title} is no program of this machine.`);
  const machine = await machineFor(run, program, surroundings);
  const found = await program.locate(machine, signal);
  const inherited = program.inherits === 'all' ? present(surroundings.environment) : run.environment;
  return { run, service, program, found, user: machine.user, inherited };
}

/** The secrets of a service: the same ones for all of a run. */
export function secretOf(run: RunContext, { name, secrets, title }: Service): (wanted: string) => string {
  return (wanted) => {
    if (!secrets.includes(wanted)) throw new Error(`${title} has no secret that is called ${wanted}.`);
    return run.secret(`${name}/${wanted}`);
  };
}

/** What a program is looked for with. */
export async function machineFor(
  { folder, environment }: RunContext,
  { user }: Pick<Program, 'user'>,
  { programs }: Surroundings,
): Promise<Machine> {
  return {
    environment,
    inherited: { ...environment, ...markVariable(folder) },
    folder,
    user: user === 'unprivileged' ? await unprivilegedUser() : undefined,
    app: programs.app,
    link: programs.link,
  };
}

function present(environment: Environment): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) variables[name] = value;
  return variables;
}
