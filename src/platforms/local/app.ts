import { listeningPort } from '../../machine/log-tail.ts';
import type { Topology } from '../../model/plan.ts';
import { untilReady } from '../common/answer.ts';
import { type Backends, appEnvironment, appGraceMs, extraCostMs } from '../common/app-environment.ts';
import type { RunContext } from './run-context.ts';
import type { Service, ServiceDescription } from './service.ts';

/** A process of the application that is ready for load. */
export interface Replica {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  readonly port: number;
  readonly url: string;
  readonly service: Service;
}

/** The application as this run can start it. */
export interface App {
  readonly program: string;
  readonly backends: Backends;
}

function description(
  app: App,
  run: RunContext,
  topology: Topology,
  name: string,
  args: readonly string[],
  extraMs = 0,
): ServiceDescription {
  const place = { replica: name, host: '127.0.0.1', port: 0, extraCostMs: extraMs };
  return {
    name,
    command: process.execPath,
    args: [app.program, ...args],
    environment: { ...run.environment, ...appEnvironment(topology, app.backends, place) },
    folder: run.folder,
    log: `${name}.log`,
    stopSignal: 'SIGTERM',
    graceMs: appGraceMs + 1_000,
  };
}

/** Lays the schema and the data, and empties the cache. */
export async function layData(app: App, run: RunContext, topology: Topology, signal: AbortSignal): Promise<void> {
  await run.finish(description(app, run, topology, 'app-setup', ['migrate', 'seed', 'flush']), signal);
}

/** Starts one replica on a port that it chooses itself, and waits until it says that it is ready. */
export async function startReplica(
  app: App,
  run: RunContext,
  topology: Topology,
  number: number,
  signal: AbortSignal,
): Promise<Replica> {
  const name = `app-${number}`;
  const serve = description(app, run, topology, name, ['serve'], extraCostMs(topology, number));
  const service = await run.start(serve, signal);
  const port = await service.ready(service.logged(listeningPort), signal);
  const url = `http://127.0.0.1:${port}`;
  await service.ready((limited) => untilReady(`${url}/readyz`, limited), signal);
  return { name, number, port, url, service };
}
