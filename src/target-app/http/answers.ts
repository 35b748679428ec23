import type { ConnectionRefusal } from '../database/refusal.ts';
import { UNWATCHED, type Stopwatch } from '../timing/stopwatch.ts';

/** What a request is answered with: plain data until it is sent. */
export interface Answer {
  readonly status: number;
  /** To be written as JSON. */
  readonly value?: unknown;
  /** In place of a value: a text that is JSON already. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is wrong with one part of a request. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

const JSON_TYPE = 'application/json';
const RETRY_AFTER_SECONDS = '1';

/** A value as JSON; the writing is on the stopwatch. */
export function toJson(value: unknown, stopwatch: Stopwatch): string {
  stopwatch.begin('json');
  try {
    return JSON.stringify(value);
  } finally {
    stopwatch.end('json');
  }
}

/** The body of an answer; null if it has none. */
export function bodyOf({ value, text }: Answer, stopwatch: Stopwatch): string | null {
  return text ?? (value === undefined ? null : toJson(value, stopwatch));
}

/** The answer as the server takes it. Plain headers are written as they are, none are looked up. */
export function toResponse(answer: Answer, body = bodyOf(answer, UNWATCHED), serverTiming?: string): Response {
  const headers: Record<string, string> = {};
  if (body !== null) headers['content-type'] = JSON_TYPE;
  if (serverTiming !== undefined) headers['server-timing'] = serverTiming;
  if (answer.headers !== undefined) Object.assign(headers, answer.headers);
  return new Response(body, { status: answer.status, headers });
}

/** 200 with a text that is JSON already. */
export const jsonText = (text: string): Answer => ({ status: 200, text });

/** An answer in JSON. */
export const json = (value: unknown, status = 200, headers?: Record<string, string>): Answer =>
  headers === undefined ? { status, value } : { status, value, headers };

/** 204: done, and there is nothing to say. */
export const noContent = (): Answer => ({ status: 204 });

/** 400: the request itself is wrong. */
export const badRequest = (issues: readonly Issue[]): Answer => json({ error: 'bad request', issues }, 400);

/** 404. */
export const notFound = (what: string): Answer => json({ error: `no such ${what}` }, 404);

/** 405: the path is known, the method is not among those that it takes. */
export const methodNotAllowed = (allowed: readonly string[]): Answer =>
  json({ error: 'method not allowed' }, 405, { allow: allowed.join(', ') });

/** 413: the body is over the limit. The connection is closed rather than read to the end. */
export const tooLarge = (maxBytes: number): Answer =>
  json({ error: `the body is larger than ${maxBytes} bytes` }, 413, { connection: 'close' });

/** 415: the body says that it is something else than JSON. */
export const notJson = (): Answer => json({ error: 'the body has to be application/json' }, 415);

/** 422: understood, but it names a user who does not exist. */
export const unknownUser = (): Answer =>
  json({ error: 'no such user', issues: [{ path: 'userId', message: 'no such user' }] }, 422);

/** 503: overloaded now; the same request may succeed a little later. */
export const overloaded = (refusal: ConnectionRefusal): Answer =>
  json({ error: refusal.message }, 503, { 'retry-after': RETRY_AFTER_SECONDS });

/** 500: ours to find out, not the client's to read. */
export const internalError = (): Answer => json({ error: 'internal error' }, 500);
