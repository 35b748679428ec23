import type { Socket } from 'node:net';
import type { Client } from 'autocannon';

/** What http-parser-js says of an answer's first lines. */
export interface AnswerHead {
  readonly statusCode: number;
  /** False where the server closes the connection after this answer. */
  readonly shouldKeepAlive: boolean;
}

/** The parser's callbacks are numbered, as in Node's own. */
export const parserCallbacks = { headersComplete: 2, messageComplete: 4 } as const;

/** The parser of one client. */
interface AnswerParser {
  state: string;
  /** Returns an error, and does not throw it, for what is not HTTP. */
  execute: (chunk: Buffer) => unknown;
  reinitialize(type: 'RESPONSE'): void;
  /** What it returns says whether the body is to be skipped. */
  [parserCallbacks.headersComplete]: (head: AnswerHead) => unknown;
  [parserCallbacks.messageComplete]: () => unknown;
}

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
    methods.every((name) => isFunctionOf(client, name)) &&
    typeof memberOf(client, 'timeout') === 'number' &&
    isFunctionOf(memberOf(client, 'pipelinedRequests'), 'peek') &&
    isParser(memberOf(client, 'parser'))
  );
}

function isParser(parser: unknown): boolean {
  const names = ['execute', 'reinitialize', ...Object.values(parserCallbacks)];
  return typeof memberOf(parser, 'state') === 'string' && names.every((name) => isFunctionOf(parser, name));
}

function isFunctionOf(owner: unknown, name: string | number): boolean {
  return typeof memberOf(owner, name) === 'function';
}

function memberOf(owner: unknown, name: string | number): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}
