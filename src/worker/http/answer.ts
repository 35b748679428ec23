import type { ErrorKind } from '../../model/failures.ts';
import type { ExpectedAnswer } from '../requests/drawn-request.ts';
import type { BodyReader } from './response-parser.ts';
import { TextSearch } from './text-search.ts';

/** How much of the body of a wrong answer is kept to show it. */
const sampleBytes = 2048;

/** The beginning of the body of a wrong answer, as it came. */
export interface BodySample {
  readonly bytes: Buffer;
  /** How it is compressed, in the server's words. */
  readonly encoding: string | undefined;
  /** Whether the body goes on. */
  readonly isCut?: boolean;
}

/** Whether a status is the one that is expected: any below 400 where none is named. */
export function isRightStatus(expected: ExpectedAnswer, status: number): boolean {
  return expected.status === undefined ? status < 400 : status === expected.status;
}

/**
 * Judges the answers of one connection, one at a time, while they come. It reads a body to its end and keeps only the beginning
 * of one that may be wrong, so that its memory does not grow with what a server sends.
 */
export class AnswerCheck implements BodyReader {
  #expected: ExpectedAnswer | undefined;
  readonly #search = new TextSearch();
  #sample: Buffer[] = [];
  #sampled = 0;
  #isCut = false;

  /** Expects the next answer. */
  begin(expected: ExpectedAnswer): void {
    this.#expected = expected;
    if (expected.contains !== undefined) this.#search.begin(expected.contains);
    if (this.#sampled > 0) this.#sample = [];
    this.#sampled = 0;
    this.#isCut = false;
  }

  readBody(status: number, bytes: Buffer, from: number, to: number): void {
    if (this.#expected === undefined) return;
    if (isRightStatus(this.#expected, status)) {
      if (this.#expected.contains === undefined) return;
      this.#search.read(bytes, from, to);
      if (this.#search.found) return;
    }
    const room = sampleBytes - this.#sampled;
    if (to - from > room) this.#isCut = true;
    if (room === 0) return;
    const part = Buffer.from(bytes.subarray(from, Math.min(to, from + room)));
    this.#sample.push(part);
    this.#sampled += part.length;
  }

  /** What is wrong with the whole answer; undefined where it is right. */
  faultOf(status: number): ErrorKind | undefined {
    const expected = this.#expected;
    if (expected === undefined) return undefined;
    if (isRightStatus(expected, status))
      return expected.contains === undefined || this.#search.found ? undefined : 'wrong-answer';
    if (status >= 400 && status < 500) return 'status-4xx';
    if (status >= 500 && status < 600) return 'status-5xx';
    return 'wrong-answer';
  }

  /** The beginning of the body of a wrong answer. */
  sampleOf(encoding: string | undefined): BodySample {
    return { bytes: Buffer.concat(this.#sample), encoding, isCut: this.#isCut };
  }
}
