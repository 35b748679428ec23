import { request } from 'node:http';
import { messageOf } from '../../errors.ts';
import { TimeLimit, pause, withTimeLimit } from './time-limit.ts';

/** An answer over HTTP, whole. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks once, on a connection of its own, which is closed afterwards: no idle socket holds up an application that drains. */
export function ask(url: string, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** A way to ask once. */
export type Ask = (url: string, signal: AbortSignal) => Promise<Answer>;

/** Which status says that a server is ready. */
export type Accepts = (status: number) => boolean;

/** Asks again and again until the answer says ready. Ends by the signal only; then tells what the last try saw. */
export async function untilReady(
  url: string,
  signal: AbortSignal,
  askOnce: Ask = ask,
  accepts: Accepts = (status) => status === 200,
): Promise<void> {
  let seen = 'nothing yet';
  for (;;) {
    try {
      const answer = await withTimeLimit(2_000, signal, (limited) => askOnce(url, limited));
      if (accepts(answer.status)) return;
      seen = `status ${answer.status}: ${textOf(answer.body).slice(0, 200)}`;
    } catch (error) {
      seen = messageOf(error);
    }
    try {
      await pause(15, signal);
    } catch (reason) {
      throw reason instanceof TimeLimit ? new NotReady(url, seen, reason) : reason;
    }
  }
}

/** What an answer says, on one line; of a page of HTML without its tags. */
function textOf(body: string): string {
  return body
    .slice(0, 10_000)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The time was up before {@link untilReady} saw that answer. */
export class NotReady extends Error {
  override readonly name = 'NotReady';

  constructor(url: string, seen: string, limit: TimeLimit) {
    super(`was not ready after ${limit.limitMs / 1000} s: the last answer of ${url} was ${seen}`);
  }
}
