import type { Socket } from 'node:net';
import type { Client } from 'autocannon';
import { isAnswerParser, type AnswerParser } from './answer-parser.ts';
import { hasMethod, memberOf } from './member.ts';

/**
 * An autocannon client with the parts that its types do not show. Its events alone do not tell a lost request from an
 * answered one, and after a lost connection its parser goes on in the middle of the old answer.
 */
export interface OpenClient extends Omit<Client, 'on'> {
  /** In milliseconds, before the first request is sent; the option is in seconds and cannot be less than one. */
  timeout: number;
  conn: Socket | undefined;
  readonly parser: AnswerParser;
  readonly pipelinedRequests: { peek(): { readonly bytes: number } | undefined };
  /** Connects and sends a request. Called at first, after the connection's end or error, and after a time-out. */
  _connect: () => void;
  _destroyConnection(): void;
  _resetConnection(): void;
  /** Called when the next request is to be written. */
  getRequestBuffer: () => Buffer;
  destroy(): void;
  on(event: 'connError', listener: (error: Error) => void): this;
  on(event: 'body', listener: (body: Buffer) => void): this;
  on(event: 'response', listener: (status: number, bytes: number) => void): this;
}

/** Makes sure that autocannon is built as this room believes: a new version that is not must fail, not miscount. */
export function openClient(client: Client): OpenClient {
  if (!isOpen(client)) throw new Error('This version of autocannon has other inner parts than the load worker knows.');
  return client;
}

function isOpen(client: object): client is OpenClient {
  const methods = ['_connect', '_destroyConnection', '_resetConnection', 'getRequestBuffer', 'destroy'];
  return (
    methods.every((name) => hasMethod(client, name)) &&
    typeof memberOf(client, 'timeout') === 'number' &&
    hasMethod(memberOf(client, 'pipelinedRequests'), 'peek') &&
    isAnswerParser(memberOf(client, 'parser'))
  );
}
