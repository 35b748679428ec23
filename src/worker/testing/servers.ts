import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createPlainServer, type AddressInfo, type Server as PlainServer, type Socket } from 'node:net';

/** A server on a free loopback port that counts what reaches it. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
  /** Requests that arrived. */
  received: number;
  /** Requests on each connection. */
  readonly connections: Map<Socket, number>;
}

/**
 * Starts a server, on a port that is free unless it is told one, at 127.0.0.1 unless it is told another address; the handler is told
 * the number of the request, from 1.
 */
export async function serve(
  handler: (request: IncomingMessage, response: ServerResponse, number: number) => void,
  port = 0,
  host = '127.0.0.1',
): Promise<TestServer> {
  const count: RequestListener = (request, response) => {
    running.received++;
    running.connections.set(request.socket, (running.connections.get(request.socket) ?? 0) + 1);
    response.on('error', () => undefined);
    handler(request, response, running.received);
  };
  const server = createServer(count);
  server.on('connection', (socket) => running.connections.set(socket, 0));
  const running: TestServer = {
    url: `http://127.0.0.1:${await listen(server, port, host)}`,
    server,
    received: 0,
    connections: new Map(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return running;
}

/** Starts a server that is free to say what is not HTTP; called with each piece of data that comes in. */
export async function servePlain(onData: (socket: Socket) => void): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createPlainServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => onData(socket));
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An address where nobody listens. */
export async function deadAddress(): Promise<string> {
  const server = await servePlain(() => undefined);
  await server[Symbol.asyncDispose]();
  return server.url;
}

async function listen(server: PlainServer, port = 0, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP port was expected.');
  return address.port;
}
