import { hasMethod, memberOf } from './member.ts';

/** The callbacks of http-parser-js are numbered, as those of Node's own parser are. */
const callbacks = { headersComplete: 2, messageComplete: 4 } as const;

/** What autocannon wants of a parser: it gives it what comes, and callbacks that are told of an answer. */
export interface AutocannonParser {
  execute(chunk: Buffer): void;
  [callbacks.headersComplete]: (head: { readonly statusCode: number; readonly headers: readonly string[] }) => unknown;
  [callbacks.messageComplete]: () => unknown;
}

/** Whether this is one. */
export function isParser(parser: unknown): boolean {
  return [...Object.values(callbacks), 'execute'].every((name) => hasMethod(parser, name));
}

/**
 * Stands where autocannon has its parser, and hands what comes to whoever reads the answers. Autocannon's own one never ends on
 * a chunk of a negative size, keeps all bodies, and reads several answers for something else than they are.
 */
export class BytesToUs implements AutocannonParser {
  readonly execute: (chunk: Buffer) => void;
  [callbacks.headersComplete]: AutocannonParser[2] = () => undefined;
  [callbacks.messageComplete]: AutocannonParser[4] = () => undefined;

  constructor(onBytes: (bytes: Buffer) => void) {
    this.execute = onBytes;
  }

  /** Tells autocannon of a whole answer: it sends the next request. */
  answered(status: number): void {
    this[callbacks.headersComplete]({ statusCode: status, headers: [] });
    this[callbacks.messageComplete]();
  }
}

/** Whether something is a queue of requests as autocannon has it. */
export function isRequestQueue(queue: unknown): boolean {
  return hasMethod(queue, 'clear') && memberOf(queue, 'pendingRequests') !== undefined;
}
