import type { Environment } from '../../machine/environment.ts';
import { isFree, withPort } from '../../machine/ports.ts';
import { LabError } from '../../model/errors.ts';
import type { HostedTopology } from '../../model/plan.ts';
import type { CommandSystem } from '../../model/system.ts';
import { ask, untilReady } from '../common/answer.ts';
import { hostedGraceMs, hostedName, readinessOf, withHint } from '../common/hosting.ts';
import type { Replica } from './app.ts';
import type { RunContext } from './run-context.ts';

/** A command as a process of this machine. */
export type CommandTopology = Extract<HostedTopology, { readonly kind: 'command' }>;

/** Starts one replica of a command of the user's own, in all of the user's environment, and waits until it is ready. */
export async function startHosted(
  run: RunContext,
  inherited: Environment,
  system: CommandTopology,
  number: number,
  signal: AbortSignal,
): Promise<Replica> {
  const start = (port: number): Promise<Replica> => startAt(run, inherited, system, number, port, signal);
  if (system.port === undefined) return withHint(portHint, () => withPort(start));
  if (!(await isFree(system.port))) {
    const hint = 'End what listens there, or leave port out: the server finds a free one in the variable PORT.';
    throw new LabError(`Port ${system.port}, which the target is to listen on, is taken.`, { hint });
  }
  const { port } = system;
  return withHint(`It has to listen on port ${port} of 127.0.0.1.`, () => start(port));
}

const portHint =
  'It has to listen on the port in the variable PORT, or where {port} is in its command. ' +
  'If it has a port of its own, write port: 3000 into its target.';

async function startAt(
  run: RunContext,
  inherited: Environment,
  system: CommandSystem,
  number: number,
  port: number,
  signal: AbortSignal,
): Promise<Replica> {
  const name = hostedName(number);
  const { path, accepts } = readinessOf(system);
  const service = await run.start(
    {
      name,
      command: '/bin/sh',
      args: ['-c', system.command.replaceAll('{port}', String(port))],
      environment: {
        ...present(inherited),
        ...system.environment,
        PORT: String(port),
      },
      folder: run.folder,
      workingFolder: system.folder,
      log: `${name}.log`,
      stopSignal: 'SIGTERM',
      stopsGroup: true,
      graceMs: hostedGraceMs,
    },
    signal,
  );
  const url = `http://127.0.0.1:${port}`;
  await service.ready((limited) => untilReady(url + path, limited, ask, accepts), signal, system.readyLimitMs);
  return { name, number, port, url, service };
}

function present(environment: Environment): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) variables[name] = value;
  return variables;
}
