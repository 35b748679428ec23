import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PortForward as PodPort } from '@kubernetes/client-node';
import { LabError } from '../../../model/errors.ts';
import { isReady, nameOf } from '../pods/pod-state.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type RunningService, podsOf } from './running-service.ts';

/**
 * A port of this machine at which the front can be reached, for a person with curl: each connection goes through the API server
 * to the next of the front's pods. It is no way to put load on anything.
 */
export class PortForward {
  readonly address: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, run: RunNamespace, front: RunningService) {
    const { port } = server.address() as AddressInfo;
    this.address = `http://127.0.0.1:${port}`;
    this.#server = server;
    const forward = new PodPort(run.cluster.context.config, true);
    let next = 0;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      // Whoever asked hears of it by the end of the connection.
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
      connect(run, forward, front, next++, socket).catch(() => socket.destroy());
    });
  }

  /** Begins to listen on a free port of the loopback interface. */
  static async open(run: RunNamespace, front: RunningService): Promise<PortForward> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(new LabError('No port can be listened on.', { cause: error })));
      server.listen(0, '127.0.0.1', resolve);
    });
    // Nothing of it keeps this process alive.
    server.unref();
    return new PortForward(server, run, front);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function connect(
  run: RunNamespace,
  forward: PodPort,
  { service }: RunningService,
  turn: number,
  socket: Socket,
): Promise<void> {
  const pods = (await podsOf(run, service, new AbortController().signal)).filter(isReady);
  const pod = pods[turn % pods.length];
  if (pod === undefined) throw new Error('no pod of the front is ready');
  const connection = await forward.portForward(run.name, nameOf(pod), [service.port.inside], socket, null, socket);
  if (typeof connection === 'function') throw new Error('a connection was wanted');
  // Whoever asked may have hung up meanwhile.
  if (socket.destroyed) {
    connection.close();
    return;
  }
  connection.on('close', () => socket.end());
  connection.on('error', () => socket.destroy());
  socket.on('close', () => connection.close());
  socket.resume();
}
