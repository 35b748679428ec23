import { connect } from 'node:net';
import type { V1Service } from '@kubernetes/client-node';
import { TimeLimit, pause, withTimeLimit } from '../../../machine/time-limit.ts';
import { insist } from '../cluster/cluster.ts';
import { podsFor } from '../manifests/labels.ts';
import { nodePortService } from '../manifests/objects.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type RunningService, hostAndPort, podsOf } from './running-service.ts';

/** The Service that people reach the front by, at a port of each node. */
export const nodePortName = 'front';

/** Every node has to hear of the port first. */
const answerLimitMs = 5_000;
const connectLimitMs = 500;

/**
 * Gives the front a port of every node of a cluster on this machine, for a person with curl; it outlives the lab.
 * @returns the address at which it takes connections from here; undefined where the nodes cannot be reached from this machine
 */
export async function openNodePort(
  run: RunNamespace,
  { service: front }: RunningService,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { cluster, names } = run;
  const header = run.object('v1', 'Service', nodePortName);
  await run.remove([header], signal);
  const pods = podsFor(names, front.name);
  await run.create([nodePortService(names, nodePortName, front.port.inside, pods)], signal);
  const sentence = `The Service ${nodePortName} cannot be looked at`;
  const { spec } = await insist(sentence, async () => cluster.objects.read<V1Service>(header), signal);
  const port = spec?.ports?.[0]?.nodePort;
  if (port === undefined) return undefined;
  const nodes = (await podsOf(run, front, signal)).flatMap(({ status }) => status?.hostIP ?? []);
  const hosts = new Set([...nodes, new URL(cluster.context.server).hostname]);
  const answering = await firstThatListens([...hosts], port, signal);
  return answering && `http://${hostAndPort(answering, port)}`;
}

async function firstThatListens(
  hosts: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const look = async (limited: AbortSignal): Promise<string> => {
    for (;;) {
      for (const host of hosts) if (await listens(host, port)) return host;
      await pause(200, limited);
    }
  };
  try {
    return await withTimeLimit(answerLimitMs, signal, look);
  } catch (error) {
    if (error instanceof TimeLimit) return undefined;
    throw error;
  }
}

async function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectLimitMs });
    const end = (isThere: boolean) => (): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}
