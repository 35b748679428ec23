import type { ConnectionRefusal } from '../database/refusal.ts';

/** What is wrong with one part of a request. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

// One object for all answers: the server writes plain headers as they are and makes no Headers of them.
const JSON_HEADERS = { 'content-type': 'application/json' };
const OK: ResponseInit = { status: 200, headers: JSON_HEADERS };
const RETRY_AFTER_SECONDS = '1';

/** 200 with a text that is JSON already. */
export const jsonText = (text: string): Response => new Response(text, OK);

/** An answer in JSON. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { ...JSON_HEADERS, ...headers } });
}

/** 400: the request itself is wrong. */
export const badRequest = (issues: readonly Issue[]): Response => json({ error: 'bad request', issues }, 400);

/** 404. */
export const notFound = (what: string): Response => json({ error: `no such ${what}` }, 404);

/** 413: the body is over the limit. The connection is closed rather than read to the end. */
export const tooLarge = (maxBytes: number): Response =>
  json({ error: `the body is larger than ${maxBytes} bytes` }, 413, { connection: 'close' });

/** 422: understood, but it names a user who does not exist. */
export const unknownUser = (): Response =>
  json({ error: 'no such user', issues: [{ path: 'userId', message: 'no such user' }] }, 422);

/** 503: overloaded now; the same request may succeed a little later. */
export const overloaded = (refusal: ConnectionRefusal): Response =>
  json({ error: refusal.message }, 503, { 'retry-after': RETRY_AFTER_SECONDS });

/** 500: ours to find out, not the client's to read. */
export const internalError = (): Response => json({ error: 'internal error' }, 500);
