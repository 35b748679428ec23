import type { Socket } from 'node:net';
import type { Client } from 'autocannon';
import { isParser, isRequestQueue, type AutocannonParser } from './autocannon-parser.ts';
import { hasMethod, memberOf } from './member.ts';

/**
 * An autocannon client with the parts that its types do not show. Its events alone do not tell a lost request from an
 * answered one, and its parser is not used.
 */
export interface OpenClient extends Omit<Client, 'on'> {
  /** In milliseconds, before the first request is sent; the option is in seconds and cannot be less than one. */
  timeout: number;
  conn: Socket | undefined;
  /** Where it connects to, which its URL cannot say of an address with a link. */
  readonly opts: { hostname: string };
  /** Told of what comes on the connection. Replaced before the client gives it its callbacks. */
  parser: AutocannonParser;
  /** What it has sent and got no answer to. */
  readonly pipelinedRequests: { clear(): void };
  /** Connects and sends a request. Called at first, after the connection's end or error, and after a time-out. */
  _connect: () => void;
  /** Called when the time of a request is up, before `_connect`. */
  _destroyConnection: () => void;
  /** Called when the next request is to be written. */
  getRequestBuffer: () => Buffer;
  destroy(): void;
  on(event: 'connError', listener: (error: Error) => void): this;
}

/** Makes sure that autocannon is built as this room believes: a new version that is not must fail, not miscount. */
export function openClient(client: Client): OpenClient {
  if (!isOpen(client)) throw new Error('This version of autocannon has other inner parts than the load worker knows.');
  return client;
}

function isOpen(client: object): client is OpenClient {
  const methods = ['_connect', '_destroyConnection', 'getRequestBuffer', 'destroy'];
  return (
    methods.every((name) => hasMethod(client, name)) &&
    typeof memberOf(client, 'timeout') === 'number' &&
    typeof memberOf(memberOf(client, 'opts'), 'hostname') === 'string' &&
    isRequestQueue(memberOf(client, 'pipelinedRequests')) &&
    isParser(memberOf(client, 'parser'))
  );
}
