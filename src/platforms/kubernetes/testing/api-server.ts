import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import type { ClusterContext } from '../cluster/context.ts';

/** A cluster of which there is nothing but an API server, and of that only what a test says. */
export interface ScriptedCluster extends AsyncDisposable {
  readonly cluster: Cluster;
}

/** Starts a server that says its version, and leaves all other questions to the test; speaks to it as to a cluster. */
export async function openScriptedCluster(
  answer: RequestListener,
  context: Partial<Pick<ClusterContext, 'flavour' | 'clusterName'>> = {},
): Promise<ScriptedCluster> {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/version') === true) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ major: '1', minor: '31', gitVersion: 'v1.31.2' }));
    } else {
      answer(request, response);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}`;
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'here', server: address, skipTLSVerify: true }, { name: 'me' });
  const known = { name: 'here', server: address, isLocal: true, isNamed: false, config } as const;
  const explain = async () => Promise.resolve(undefined);
  const usual = { flavour: 'other', clusterName: 'here', explain } as const;
  const cluster = await openCluster({ ...known, ...usual, ...context }, new AbortController().signal);
  return {
    cluster,
    async [Symbol.asyncDispose]() {
      cluster.requests.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
