import { request, type IncomingMessage } from 'node:http';
import { TimeLimit, pause, withTimeLimit } from '../../machine/time-limit.ts';
import { messageOf } from '../../model/errors.ts';
import { shortened } from '../../model/foreign-text.ts';
import { formatDuration } from '../../model/numbers.ts';

/** An answer over HTTP, whole. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** How much of an answer's body is wanted: the beginning shows what an answer is, whatever a server goes on to send. */
export const bodyParts = ['beginning', 'whole'] as const;

/** One of {@link bodyParts}. */
export type BodyPart = (typeof bodyParts)[number];

const beginningBytes = 10_000;
const wholeBytes = 16 * 2 ** 20;

/** A body that is wanted whole is longer than anything that the lab asks for. */
export class TooLong extends Error {
  override readonly name = 'TooLong';

  constructor() {
    super(`the answer is longer than ${wholeBytes / 2 ** 20} MiB`);
  }
}

/**
 * Reads the body of an answer, and no more of it than is wanted: the rest is not waited for, and its connection is closed.
 * @throws {TooLong} where it is wanted whole, and is without end
 */
export async function bodyOf(response: IncomingMessage, part: BodyPart): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (part === 'beginning' && bytes >= beginningBytes) break;
    if (bytes > wholeBytes) throw new TooLong();
  }
  return Buffer.concat(pieces).toString();
}

/** A way to ask once, with a GET. */
export type Ask = (url: string, signal: AbortSignal, part?: BodyPart) => Promise<Answer>;

/**
 * Asks once, on a connection of its own, which is closed afterwards: no idle socket holds up an application that drains.
 * @throws {TooLong} as {@link bodyOf}; the signal's reason as soon as it is given; what the system says
 */
export async function ask(url: string, signal: AbortSignal, part: BodyPart = 'whole'): Promise<Answer> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, { agent: false, signal }, resolve).on('error', reject).end();
    });
    return { status: response.statusCode ?? 0, body: await bodyOf(response, part) };
  } catch (error) {
    // That it was broken off says less than why.
    signal.throwIfAborted();
    throw error;
  }
}

/** Which status says that a server is ready. */
export type Accepts = (status: number) => boolean;

/** How long one try may take. */
const tryLimitMs = 2_000;

/**
 * Asks again and again until the answer says ready. Ends by the signal only, and at once; where that is a time limit, it tells what
 * the tries saw, and not how the last of them was broken off.
 */
export async function untilReady(
  url: string,
  signal: AbortSignal,
  askOnce: Ask = ask,
  accepts: Accepts = (status) => status === 200,
): Promise<void> {
  let seen = new Sight('gave no answer');
  for (;;) {
    try {
      const answer = await withTimeLimit(tryLimitMs, signal, async (limited) => askOnce(url, limited, 'beginning'));
      if (accepts(answer.status)) return;
      seen = seen.then(`answered with status ${answer.status}`, excerpt(answer.body));
    } catch (error) {
      if (!signal.aborted) seen = seen.then(...failureOf(error));
    }
    try {
      await pause(15, signal);
    } catch (reason) {
      throw reason instanceof TimeLimit ? new NotReady(url, seen, reason) : reason;
    }
  }
}

/** What the tries saw last, and since when each of them has seen the same. */
class Sight {
  readonly #text: string;
  readonly #detail: string;
  readonly #sinceMs: number;

  constructor(text: string, detail = '', sinceMs = performance.now()) {
    this.#text = text;
    this.#detail = detail;
    this.#sinceMs = sinceMs;
  }

  then(text: string, detail = ''): Sight {
    return new Sight(text, detail, text === this.#text ? this.#sinceMs : performance.now());
  }

  /** "answered with status 503 for 29.9 s: starting". */
  get words(): string {
    const lasted = ` for ${formatDuration(performance.now() - this.#sinceMs)}`;
    return `${this.#text}${lasted}${this.#detail === '' ? '' : `: ${this.#detail}`}`;
  }
}

/** What a try that failed has seen, and what that means. */
function failureOf(error: unknown): readonly [text: string, detail?: string] {
  const message = messageOf(error);
  if (message.includes('ECONNREFUSED')) return ['refused the connection', 'nothing listens there'];
  if (error instanceof TimeLimit || (error instanceof Error && error.name === 'AbortError')) return ['gave no answer'];
  if (/ECONNRESET|socket hang up/.test(message)) return ['closed the connection without an answer'];
  return ['could not be asked', message];
}

/** How many characters of an answer are shown. */
const mostShown = 200;

/** What an answer says, on one line; of a page of HTML without its tags. */
function excerpt(body: string): string {
  const text = body.replaceAll(/<[^>]*>/g, ' ');
  return shortened(text.replaceAll(/\s+/g, ' ').trim(), mostShown);
}

/** The time was up before {@link untilReady} saw an answer that says ready. */
export class NotReady extends Error {
  override readonly name = 'NotReady';

  constructor(url: string, seen: Pick<Sight, 'words'>, limit: TimeLimit) {
    super(`was not ready after ${limit.limitMs / 1000} s: ${url} ${seen.words}`);
  }
}
