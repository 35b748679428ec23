import type { Topology } from '../../model/plan.ts';
import { untilReady } from '../common/answer.ts';
import { type Backends, appEnvironment, appGraceMs, extraCostMs } from '../common/app-environment.ts';
import { inImage } from '../engine/lab-image.ts';
import type { Agent } from './agent-connection.ts';
import type { ContainerDescription } from './container-settings.ts';
import type { Container } from './container.ts';
import type { RunContext } from './run-context.ts';

/** The port on which every replica listens, each in a network name space of its own. */
export const appPort = 3000;

/** How long a replica gets to stop when it is told to. */
export const appGraceSeconds = appGraceMs / 1000 + 1;

/** A container of the application that is ready for load. */
export interface Replica {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  /** Where it listens, in a network name space of its own. */
  readonly port: number;
  readonly url: string;
  readonly container: Container;
}

/** The application as this run can start it. */
export interface App {
  readonly run: RunContext;
  readonly backends: Backends;
  readonly agent: Agent;
}

// Node.js takes as much CPU to start as the application does for hundreds of requests, and out of the same limit: nobody
// looks while something is measured, unless the stack is for somebody to look at.
const healthMs = { shown: 10_000, measured: 300_000 } as const;
const isReady = `fetch('http://127.0.0.1:${appPort}/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;

function description(
  { run, backends }: App,
  topology: Topology,
  name: string,
  command: readonly string[],
  extraMs = 0,
): ContainerDescription {
  const place = { replica: name, host: '0.0.0.0', port: appPort, extraCostMs: extraMs };
  return {
    service: name,
    title: name,
    image: run.settings.labImage,
    command: [inImage.app, ...command],
    environment: appEnvironment(topology, backends, place),
    writable: ['/tmp'],
  };
}

/** Lays the schema and the data, and empties the cache. */
export async function layData(app: App, topology: Topology, signal: AbortSignal): Promise<void> {
  await app.run.finish(description(app, topology, 'app-setup', ['migrate', 'seed', 'flush']), signal);
}

/** Starts one replica within its limits, and waits until it says that it is ready. */
export async function startReplica(
  app: App,
  topology: Topology,
  number: number,
  signal: AbortSignal,
): Promise<Replica> {
  const { publish } = app.run.settings;
  const name = `app-${number}`;
  const serve = description(app, topology, name, ['serve'], extraCostMs(topology, number));
  const container = await app.run.start(
    {
      ...serve,
      limits: topology.limits,
      health: { command: ['node', '-e', isReady], everyMs: publish ? healthMs.shown : healthMs.measured },
      // The first one is the front where there is no balancer.
      publish: publish && number === 1 ? appPort : undefined,
    },
    signal,
  );
  const url = `http://${name}:${appPort}`;
  await container.ready((limited) => untilReady(`${url}/readyz`, limited, app.agent.ask), signal);
  return { name, number, port: appPort, url, container };
}
