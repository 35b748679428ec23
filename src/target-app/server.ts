import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { createAdaptorServer } from '@hono/node-server';

import type { Drain } from './http/route.ts';

const CLOSE_IDLE_EVERY_MS = 50;
const LINGER_LOOK_EVERY_MS = 20;
/** Longer than balancers keep theirs, so that it is they who close: a request never meets a connection being closed. */
const KEEP_ALIVE_MS = 75_000;

type Fetch = (request: Request, env: object) => Response | Promise<Response>;

/** A server that accepts connections. */
export interface Listening {
  readonly port: number;
  /** Stops accepting, answers what is in flight, and lets go of everything when the last connection is closed. */
  close(): Promise<void>;
}

/** Where a server listens; port 0 is any that is free. */
export interface ListenSettings {
  readonly HOST: string;
  readonly PORT: number;
  /** How long, before it stops accepting, each answer asks its client to let go of the connection. */
  readonly LINGER_MS: number;
}

/** Listens. @param release lets go of all that the server uses: once it is closed, and where it cannot listen */
export async function listen(
  fetch: Fetch,
  { HOST: host, PORT: port, LINGER_MS: lingerMs }: ListenSettings,
  state: Drain,
  release: () => Promise<void>,
): Promise<Listening> {
  const server = createAdaptorServer({ fetch, hostname: host, serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS } });
  if (!('closeIdleConnections' in server)) throw new Error('the adaptor made a server that is not HTTP/1.1');
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    await release();
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await drain(server, state, lingerMs);
      await release();
    },
  };
}

/** Stops accepting, answers what is in flight, and resolves when the last connection is closed. */
async function drain(server: Server, state: Drain, lingerMs: number): Promise<void> {
  state.draining = true; // answers under way say `connection: close` from here on
  server.prependListener('request', (_, response) => {
    response.shouldKeepAlive = false; // those that arrive over a connection which was open before do so too
  });
  await linger(server, lingerMs);
  const closed = once(server, 'close');
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  await closed;
  clearInterval(idle);
}

/**
 * Waits until every connection was let go of, or that time is over. A connection that is closed while it is idle may be closed at
 * the very moment at which its client sends the next request, which then fails; one whose client was asked to close it never is.
 */
async function linger(server: Server, lingerMs: number): Promise<void> {
  const endMs = performance.now() + lingerMs;
  while (performance.now() < endMs && (await connections(server)) > 0) await pause(LINGER_LOOK_EVERY_MS);
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}
