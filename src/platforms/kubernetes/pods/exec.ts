import { PassThrough } from 'node:stream';
import { Exec, type V1Status } from '@kubernetes/client-node';
import { onAbort, TimeLimit, unlessAborted, withTimeLimit } from '../../../machine/time-limit.ts';
import type { Cluster } from '../cluster/cluster.ts';

/** The client itself would wait for ever. */
const limitMs = 30_000;

/** So much of what a command says is kept. */
const mostCharacters = 1_000;

/** A container of a pod. */
export interface ContainerPlace {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/**
 * Runs a command in a container to its end.
 * @returns undefined where it ended well; otherwise why not, in words: nobody knows then what came of it
 * @throws the signal's reason where it is aborted
 */
export async function runIn(
  place: ContainerPlace,
  command: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await withTimeLimit(limitMs, signal, async (limited) => run(place, command, limited));
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof TimeLimit ? error.message : reasonOf(error);
  }
}

async function run(
  { cluster, namespace, pod, container }: ContainerPlace,
  command: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const output = new PassThrough();
  let said = '';
  output.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(0, mostCharacters)));
  let status: V1Status | undefined;
  const exec = new Exec(cluster.context.config);
  const opening = exec.exec(namespace, pod, container, [...command], output, output, null, false, (told) => {
    status = told;
  });
  // Whoever does not wait any more leaves no connection behind.
  void opening.then(
    (late) => onAbort(signal, () => late.close()),
    () => undefined,
  );
  const connection = await unlessAborted(opening, signal);
  const closed = new Promise<void>((resolve, reject) => {
    connection.on('close', () => resolve());
    connection.on('error', reject);
  });
  await unlessAborted(closed, signal);
  if (status === undefined) return 'the connection to it ended early';
  if (status.status === 'Success') return undefined;
  return said.trim() === '' ? (status.message ?? 'it failed') : said.trim();
}

/** A web socket tells of its errors by events, or by errors. */
function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
