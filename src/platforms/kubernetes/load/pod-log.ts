import { createInterface } from 'node:readline';
import type { RunNamespace } from '../pods/run-namespace.ts';

/** The lines of a container's log, from its first one, as they are written; ends with the container, or the connection. */
export async function* logLines(
  { cluster, name }: Pick<RunNamespace, 'cluster' | 'name'>,
  pod: string,
  container: string,
  signal: AbortSignal,
): AsyncIterable<string> {
  const path = `/api/v1/namespaces/${name}/pods/${pod}/log?container=${container}&follow=true`;
  const response = await cluster.requests.open(path, signal);
  try {
    if (response.statusCode !== 200) throw new Error(`its log was answered with status ${String(response.statusCode)}`);
    yield* createInterface({ input: response, crlfDelay: Infinity });
  } finally {
    response.destroy();
  }
}
