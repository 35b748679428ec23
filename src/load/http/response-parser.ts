import { incomplete, malformed, skipEmptyLines } from './bytes.ts';
import { ChunkScanner } from './chunk-scanner.ts';
import { HeadScanner } from './head-scanner.ts';

/** The longest head, and the longest trailer; it is Node's own limit. */
const headBytesLimit = 16 * 1024;

const nothing = Buffer.alloc(0);

/** How far an answer is. Malformed is what is not HTTP, and whatever leaves in doubt where the answer ends. */
export type Progress = 'incomplete' | 'whole' | 'malformed';

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
  #keepsBody = false;
  /** The beginning of a head or a trailer whose rest has not come. */
  #held = nothing;
  #bytesLeft = 0;
  #bytes = 0;
  #body: Buffer[] = [];

  /** Expects the next answer. After HEAD no body follows, whatever the head says. */
  begin(headOnly: boolean, keepsBody: boolean): void {
    this.#stage = 'head';
    this.#headOnly = headOnly;
    this.#keepsBody = keepsBody;
    this.#held = nothing;
    this.#bytes = 0;
    if (this.#body.length > 0) this.#body = [];
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
      if (at === malformed) return 'malformed';
      if (at === incomplete) return 'incomplete';
    }
    // Nobody has asked for more: whose answer the next one were could not be known.
    return skipEmptyLines(bytes, at, end) === end ? 'whole' : 'malformed';
  }

  /** Takes note that the server has ended the connection; false where that cuts the answer off. */
  end(): boolean {
    return this.#stage === 'body until the end';
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

  /** In pieces; empty where it was not asked for. */
  get body(): readonly Buffer[] {
    return this.#body;
  }

  #scan(stage: Exclude<Stage, 'nothing'>, bytes: Buffer, at: number, end: number): number {
    switch (stage) {
      case 'head':
        return this.#scanHead(bytes, at, end);
      case 'body by length': {
        const to = Math.min(end, at + this.#bytesLeft);
        if (this.#keepsBody) this.#keep(bytes, at, to);
        this.#bytesLeft -= to - at;
        if (this.#bytesLeft > 0) return incomplete;
        this.#stage = 'nothing';
        return to;
      }
      case 'chunks': {
        const to = this.#chunks.scan(bytes, at, end, (from, until) => {
          if (this.#keepsBody) this.#keep(bytes, from, until);
        });
        if (to > 0) this.#stage = 'trailer';
        return to;
      }
      case 'trailer':
        return this.#scanTrailer(bytes, at, end);
      case 'body until the end':
        if (this.#keepsBody) this.#keep(bytes, at, end);
        return incomplete;
    }
  }

  #scanHead(bytes: Buffer, start: number, end: number): number {
    const at = skipEmptyLines(bytes, start, end);
    const to = this.#head.scanHead(bytes, at, end);
    if (to === incomplete) return this.#hold(bytes, at, end);
    // Another protocol was not asked for.
    if (to === malformed || to - at > headBytesLimit || this.status === 101) return malformed;
    this.#stage = this.#afterHead();
    return to;
  }

  #afterHead(): Stage {
    const { status, chunked, contentLength } = this.#head;
    // It announces the answer, and is none.
    if (status < 200) return 'head';
    if (this.#headOnly || status === 204 || status === 304 || contentLength === 0) return 'nothing';
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
    if (to > 0) {
      if (to - at > headBytesLimit) return malformed;
      this.#stage = 'nothing';
    } else if (to === incomplete) {
      // It will be scanned again from its beginning.
      this.#head.serverTiming = serverTiming;
      return this.#hold(bytes, at, end);
    }
    return to;
  }

  #hold(bytes: Buffer, at: number, end: number): number {
    if (end - at > headBytesLimit) return malformed;
    this.#held = Buffer.from(bytes.subarray(at, end));
    return incomplete;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    if (to > from) this.#body.push(Buffer.from(bytes.subarray(from, to)));
  }
}
