import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One side of a connection, and what it has heard. */
export interface Peer {
  readonly socket: Socket;
  /** All that came, and how many chunks it came in. */
  readonly heard: { text: string; chunks: number };
  /** Resolves with the text that came once it is as long as this. */
  text(length: number): Promise<string>;
  /** Resolves when the other side has said that nothing follows. */
  readonly ended: Promise<void>;
  /** Resolves with the code of what broke the connection; undefined where it was closed in peace. */
  readonly closed: Promise<string | undefined>;
}

/** Listens to a socket. */
export function peerOf(socket: Socket): Peer {
  const heard = { text: '', chunks: 0 };
  let code: string | undefined;
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard.text += text;
    heard.chunks += 1;
  });
  socket.on('error', (error) => {
    code = 'code' in error ? String(error.code) : error.message;
  });
  return {
    socket,
    heard,
    text: (length) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (heard.text.length < length) return;
          socket.off('data', look);
          resolve(heard.text);
        };
        socket.on('data', look);
        look();
      }),
    ended: new Promise((resolve) => {
      socket.once('end', () => resolve());
    }),
    closed: new Promise((resolve) => {
      socket.once('close', () => resolve(code));
    }),
  };
}

/** A client of a port of this machine; it goes on to listen where it has ended. */
export const clientOf = (port: number): Peer =>
  peerOf(connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));

/** A server that takes connections one by one. */
export interface Target {
  readonly port: number;
  /** Resolves with the next connection that nobody has taken. */
  next(): Promise<Socket>;
  /** How many there were. */
  readonly count: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a server that says and reads nothing by itself. */
export async function startTarget(): Promise<Target> {
  const accepted: Socket[] = [];
  let taken = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  server.on('connection', (socket) => {
    socket.on('error', () => undefined); // a peer tells it, where a test listens
    accepted.push(socket);
    server.emit('accepted');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async next() {
      const index = taken++;
      for (let socket = accepted[index]; ; socket = accepted[index]) {
        if (socket !== undefined) return socket;
        await once(server, 'accepted');
      }
    },
    get count() {
      return accepted.length;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of accepted) socket.destroy();
      await closed;
    },
  };
}
