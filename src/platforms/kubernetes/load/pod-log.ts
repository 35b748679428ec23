import { LabError } from '../../../model/errors.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

/**
 * The whole lines of a container's log, from its first one. A connection that breaks in the middle of a line may look like its
 * end: what is not whole is left out.
 * @param follow whether those are waited for that are still to be written
 */
export async function* logLines(
  { cluster, name }: Pick<RunNamespace, 'cluster' | 'name'>,
  pod: string,
  container: string,
  signal: AbortSignal,
  follow = true,
): AsyncIterable<string> {
  const path = `/api/v1/namespaces/${name}/pods/${pod}/log?container=${container}&follow=${follow}`;
  const response = await cluster.requests.open(path, signal);
  response.setEncoding('utf8');
  let rest = '';
  try {
    if (response.statusCode !== 200) {
      throw new LabError(`The log of ${pod} cannot be read: status ${String(response.statusCode)}.`);
    }
    for await (const text of response) {
      const lines = (rest + String(text)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    response.destroy();
  }
}
