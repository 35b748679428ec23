import { KubeConfig } from '@kubernetes/client-node';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to the API server of a cluster, which can be cut. What goes through it is as it was: the certificate, too. */
export interface ApiProxy extends AsyncDisposable {
  /** A kubeconfig whose server is behind it. */
  readonly kubeconfig: string;
  /** Breaks off what goes on, and refuses all that comes, for so long. */
  cut(durationMs: number): void;
}

/**
 * Stands before the server of the current context of a kubeconfig.
 * @param file where the kubeconfig goes that leads through it; nobody else may read it
 */
export async function startApiProxy(kubeconfig: string, file: string): Promise<ApiProxy> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const current = config.getCurrentCluster();
  if (current === null) throw new Error(`${kubeconfig} has no current cluster.`);
  const { hostname, port } = new URL(current.server);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) {
      client.resetAndDestroy();
      return;
    }
    const behind = connect(Number(port === '' ? 443 : port), hostname);
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  config.clusters = config.clusters.map((cluster) =>
    cluster.name === current.name ? { ...cluster, server: `https://127.0.0.1:${own}` } : cluster,
  );
  await writeFile(file, config.exportConfig(), { mode: 0o600 });
  let timer: NodeJS.Timeout | undefined;
  const breakOff = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    kubeconfig: file,
    cut: (durationMs) => {
      isCut = true;
      breakOff();
      timer = setTimeout(() => (isCut = false), durationMs);
    },
    [Symbol.asyncDispose]: async () => {
      clearTimeout(timer);
      breakOff();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
