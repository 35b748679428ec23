import { incomplete, malformed, skipEmptyLines, type Flaw } from './bytes.ts';
import { ChunkScanner } from './chunk-scanner.ts';
import type { Failure } from './failure.ts';
import { HeadScanner } from './head-scanner.ts';
import { excerpt } from './visible.ts';

/** The longest head, and the longest trailer; it is Node's own limit. */
const headBytesLimit = 16 * 1024;

/** How much of what is malformed is told, before and after the place. */
const contextBytes = { before: 40, after: 60 } as const;

/** Who reads bodies: the parser keeps nothing of them, so that its memory does not grow with what a server sends. */
export interface BodyReader {
  /** A part of the body of an answer with that status, from one place in the bytes to another; they are written over afterwards. */
  readBody(status: number, bytes: Buffer, from: number, to: number): void;
}

const nothing = Buffer.alloc(0);

/** How far an answer is. Refused is what is not HTTP, and whatever leaves in doubt where the answer ends. */
export type Progress = 'incomplete' | 'whole' | 'refused';

/** What is expected next. */
type Stage = 'head' | 'body by length' | 'chunks' | 'trailer' | 'body until the end' | 'nothing';

/**
 * Reads the answers of one connection, one at a time, from pieces of any size. An answer that lies in one piece, as nearly
 * all do, is read where it lies. What is accepted and what is not is as with Node's own parser, except for the differences
 * that `response-parser.fuzz.test.ts` lists.
 */
export class ResponseParser {
  readonly #head = new HeadScanner();
  readonly #chunks = new ChunkScanner();
  #stage: Stage = 'nothing';
  #headOnly = false;
  #body: BodyReader | undefined;
  #problem: Failure | undefined;
  /** The beginning of a head or a trailer whose rest has not come. */
  #held = nothing;
  #bytesLeft = 0;
  #bytes = 0;

  /** Expects the next answer. After HEAD no body follows, whatever the head says. */
  begin(headOnly: boolean, body?: BodyReader): void {
    this.#stage = 'head';
    this.#headOnly = headOnly;
    this.#body = body;
    this.#problem = undefined;
    this.#held = nothing;
    this.#bytes = 0;
  }

  /** Reads the first `length` bytes of a piece, which may be written over afterwards. */
  read(piece: Buffer, length: number): Progress {
    this.#bytes += length;
    let bytes = piece;
    let end = length;
    if (this.#held.length > 0) {
      bytes = Buffer.concat([this.#held, piece.subarray(0, length)]);
      end = bytes.length;
      this.#held = nothing;
    }
    let at = 0;
    while (this.#stage !== 'nothing') {
      at = this.#scan(this.#stage, bytes, at, end);
      if (at === malformed) return 'refused';
      if (at === incomplete) return 'incomplete';
    }
    // Nobody has asked for more: whose answer the next one were could not be known.
    const surplus = skipEmptyLines(bytes, at, end);
    if (surplus === end) return 'whole';
    this.#refuse(bytes, surplus, end, { what: 'more came than the answer that was asked for', at: surplus });
    return 'refused';
  }

  /** Takes note that the server has ended the connection; false where that cuts the answer off. */
  end(): boolean {
    return this.#stage === 'body until the end';
  }

  /** Why it was refused. */
  get problem(): Failure {
    return this.#problem ?? { kind: 'malformed', words: 'the answer is malformed' };
  }

  /** Whether anything of an answer has come. */
  get hasBegun(): boolean {
    return this.#bytes > 0;
  }

  /** Of the whole answer, as are all below. */
  get status(): number {
    return this.#head.status;
  }

  /** Whether the next request may use the same connection. */
  get persistent(): boolean {
    return this.#head.persistent && this.#stage !== 'body until the end';
  }

  /** Its `server-timing` as it came; several fields are joined by commas. */
  get serverTiming(): string | undefined {
    return this.#head.serverTiming;
  }

  /** On the wire: head, body and all that announced them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How the body is compressed, in the server's words. */
  get contentEncoding(): string | undefined {
    return this.#head.contentEncoding;
  }

  #scan(stage: Exclude<Stage, 'nothing'>, bytes: Buffer, at: number, end: number): number {
    switch (stage) {
      case 'head':
        return this.#scanHead(bytes, at, end);
      case 'body by length': {
        const to = Math.min(end, at + this.#bytesLeft);
        this.#readBody(bytes, at, to);
        this.#bytesLeft -= to - at;
        if (this.#bytesLeft > 0) return incomplete;
        this.#stage = 'nothing';
        return to;
      }
      case 'chunks': {
        const to = this.#chunks.scan(bytes, at, end, (from, until) => this.#readBody(bytes, from, until));
        if (to > 0) this.#stage = 'trailer';
        return to === malformed ? this.#refuse(bytes, at, end, this.#chunks.flaw) : to;
      }
      case 'trailer':
        return this.#scanTrailer(bytes, at, end);
      case 'body until the end':
        this.#readBody(bytes, at, end);
        return incomplete;
    }
  }

  #scanHead(bytes: Buffer, start: number, end: number): number {
    const at = skipEmptyLines(bytes, start, end);
    const to = this.#head.scanHead(bytes, at, end);
    if (to === incomplete) return this.#hold(bytes, at, end, 'head');
    if (to === malformed) return this.#refuse(bytes, at, end, this.#head.flaw);
    if (to - at > headBytesLimit) return this.#refuseLength('head');
    // Another protocol was not asked for.
    if (this.status === 101)
      return this.#refuse(bytes, at, end, { what: 'the server changes the protocol', at, isForeign: true });
    this.#stage = this.#afterHead();
    const { doubt } = this.#head;
    return this.#stage === 'head' || this.#stage === 'nothing' || doubt === undefined
      ? to
      : this.#refuse(bytes, at, end, doubt);
  }

  #afterHead(): Stage {
    const { status, chunked, contentLength, doubt } = this.#head;
    // It announces the answer, and is none.
    if (status < 200) return 'head';
    // They never have a body, whatever their fields say (RFC 9112, 6.3).
    if (this.#headOnly || status === 204 || status === 304) return 'nothing';
    if (contentLength === 0 && doubt === undefined) return 'nothing';
    if (chunked) {
      this.#chunks.begin();
      return 'chunks';
    }
    if (contentLength === undefined) return 'body until the end';
    this.#bytesLeft = contentLength;
    return 'body by length';
  }

  #scanTrailer(bytes: Buffer, at: number, end: number): number {
    const { serverTiming } = this.#head;
    const to = this.#head.scanFields(bytes, at, end);
    if (to === malformed) return this.#refuse(bytes, at, end, this.#head.flaw);
    if (to > 0) {
      if (to - at > headBytesLimit) return this.#refuseLength('trailer');
      this.#stage = 'nothing';
      return to;
    }
    // It will be scanned again from its beginning.
    this.#head.serverTiming = serverTiming;
    return this.#hold(bytes, at, end, 'trailer');
  }

  #hold(bytes: Buffer, at: number, end: number, what: 'head' | 'trailer'): number {
    if (end - at > headBytesLimit) return this.#refuseLength(what);
    this.#held = Buffer.from(bytes.subarray(at, end));
    return incomplete;
  }

  #refuse(bytes: Buffer, start: number, end: number, flaw: Flaw | undefined): number {
    const { what = 'the answer is malformed', at = start, isForeign = false } = flaw ?? {};
    const from = Math.max(start, at - contextBytes.before);
    const seen = excerpt(bytes.subarray(start, end), from - start, Math.min(end, at + contextBytes.after) - start);
    this.#problem = { kind: isForeign ? 'protocol' : 'malformed', words: `${what}: ${seen}` };
    return malformed;
  }

  #refuseLength(what: 'head' | 'trailer'): number {
    this.#problem = { kind: 'head-too-long', words: `the ${what} of the answer is longer than 16 KiB` };
    return malformed;
  }

  #readBody(bytes: Buffer, from: number, to: number): void {
    if (to > from) this.#body?.readBody(this.#head.status, bytes, from, to);
  }
}
