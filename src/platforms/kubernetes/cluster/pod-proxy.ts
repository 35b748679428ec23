import type { Ask } from '../../common/answer.ts';
import type { Cluster } from './cluster.ts';

/** The address of a pod's port as {@link askThroughProxy} takes it. */
export function proxyUrl(namespace: string, pod: string, port: number): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy`;
}

/** A way to ask pods, which the lab has no route to: the API server asks them on its behalf. */
export function askThroughProxy({ requests }: Cluster): Ask {
  return async (url, signal) => requests.get(url, signal);
}
