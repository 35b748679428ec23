import { cr, incomplete, isBlank, lf, lineEnd, malformed, space, tokenBytes, valueBytes, zero } from './bytes.ts';

const colon = 58;
const protocol = Buffer.from('HTTP/1.');
const connection = Buffer.from('connection');
const contentLength = Buffer.from('content-length');
const keepAlive = Buffer.from('keep-alive');
const serverTiming = Buffer.from('server-timing');
const transferEncoding = Buffer.from('transfer-encoding');

/**
 * Reads the head of an answer, and the trailer of a chunked one, from bytes that lie in one piece. It checks every byte as
 * strictly as Node's own parser does, and keeps the few fields that a load generator needs.
 */
export class HeadScanner {
  status = 0;
  /** What the server says of the connection: it stays open after this answer. */
  persistent = false;
  chunked = false;
  /** Undefined where no field says it. */
  contentLength: number | undefined;
  serverTiming: string | undefined;
  #encoded = false;
  #closes = false;
  #keepsAlive = false;

  /** Scans a whole head; returns where it ends, `incomplete` or `malformed`. */
  scanHead(bytes: Buffer, start: number, end: number): number {
    this.#begin();
    const fields = this.#scanStatusLine(bytes, start, end);
    if (fields <= 0) return fields;
    // HTTP/1.0 ends a connection unless it says otherwise, HTTP/1.1 the other way round.
    const isOld = bytes[start + protocol.length] === zero;
    const headEnd = this.scanFields(bytes, fields, end);
    this.persistent = !this.#closes && (!isOld || this.#keepsAlive);
    return headEnd;
  }

  /** Scans fields and the empty line after them. */
  scanFields(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (bytes[at] === cr) return lineEnd(bytes, at, end);
      const name = at;
      // Bytes past the end may be looked at, too, and are of no account: that is faster than comparing at each byte.
      while (tokenBytes[bytes[at] ?? 0] === 1) at++;
      const nameEnd = at;
      if (at >= end) return incomplete;
      if (nameEnd === name || bytes[at] !== colon) return malformed;
      at++;
      while (isBlank(bytes[at])) at++;
      const value = at;
      while (valueBytes[bytes[at] ?? 0] === 1) at++;
      let valueEnd = at;
      at = lineEnd(bytes, at, end);
      if (at <= 0) return at;
      if (at >= end) return incomplete;
      // A value that goes on in the next line has been obsolete since 2014, and is refused.
      if (isBlank(bytes[at])) return malformed;
      while (valueEnd > value && isBlank(bytes[valueEnd - 1])) valueEnd--;
      if (!this.#take(bytes, name, nameEnd, value, valueEnd)) return malformed;
    }
    return incomplete;
  }

  #begin(): void {
    this.chunked = false;
    this.contentLength = undefined;
    this.serverTiming = undefined;
    this.#encoded = false;
    this.#closes = false;
    this.#keepsAlive = false;
  }

  #scanStatusLine(bytes: Buffer, start: number, end: number): number {
    let at = start;
    for (const byte of protocol) {
      if (at >= end) return incomplete;
      if (bytes[at++] !== byte) return malformed;
    }
    if (at >= end) return incomplete;
    const minorVersion = bytes[at++];
    if (minorVersion !== zero && minorVersion !== zero + 1) return malformed;
    if (at >= end) return incomplete;
    if (bytes[at++] !== space) return malformed;
    let status = 0;
    for (const last = at + 3; at < last; at++) {
      if (at >= end) return incomplete;
      const digit = (bytes[at] ?? 0) - zero;
      if (digit < 0 || digit > 9) return malformed;
      status = status * 10 + digit;
    }
    if (status < 100) return malformed;
    this.status = status;
    if (at >= end) return incomplete;
    if (bytes[at] !== space && bytes[at] !== cr) return malformed;
    // The reason may be any text, or none.
    while (at < end && bytes[at] !== cr && bytes[at] !== lf) at++;
    return lineEnd(bytes, at, end);
  }

  /** Takes note of a field; false where it leaves in doubt how long the answer is. */
  #take(bytes: Buffer, name: number, nameEnd: number, value: number, valueEnd: number): boolean {
    // By length first: most fields are none of these.
    switch (nameEnd - name) {
      case connection.length:
        if (isText(connection, bytes, name)) this.#takeConnection(bytes, value, valueEnd);
        return true;
      case serverTiming.length:
        if (isText(serverTiming, bytes, name)) this.#takeServerTiming(bytes.toString('latin1', value, valueEnd));
        return true;
      case contentLength.length:
        return !isText(contentLength, bytes, name) || this.#takeLength(bytes, value, valueEnd);
      case transferEncoding.length:
        return !isText(transferEncoding, bytes, name) || this.#takeEncoding(bytes.toString('latin1', value, valueEnd));
      default:
        return true;
    }
  }

  #takeLength(bytes: Buffer, value: number, valueEnd: number): boolean {
    // Two lengths, even the same ones, or one beside an encoding: where the answer ends would be a guess.
    if (this.contentLength !== undefined || this.#encoded || value === valueEnd) return false;
    let length = 0;
    for (let at = value; at < valueEnd; at++) {
      const digit = (bytes[at] ?? 0) - zero;
      if (digit < 0 || digit > 9) return false;
      length = length * 10 + digit;
    }
    this.contentLength = length;
    return Number.isSafeInteger(length);
  }

  #takeEncoding(text: string): boolean {
    if (this.contentLength !== undefined || text === '') return false;
    this.#encoded = true;
    // Several fields count as one list, of which the last entry decides.
    this.chunked =
      text
        .slice(text.lastIndexOf(',') + 1)
        .trim()
        .toLowerCase() === 'chunked';
    return true;
  }

  #takeConnection(bytes: Buffer, value: number, valueEnd: number): void {
    // Most say just this, and it is not worth a text.
    if (valueEnd - value === keepAlive.length && isText(keepAlive, bytes, value)) {
      this.#keepsAlive = true;
      return;
    }
    for (const option of bytes.toString('latin1', value, valueEnd).toLowerCase().split(',')) {
      if (option.trim() === 'close') this.#closes = true;
      if (option.trim() === 'keep-alive') this.#keepsAlive = true;
    }
  }

  #takeServerTiming(text: string): void {
    this.serverTiming = this.serverTiming === undefined ? text : `${this.serverTiming}, ${text}`;
  }
}

/** Whether a text of small letters and hyphens is there, in whatever case. */
function isText(text: Buffer, bytes: Buffer, at: number): boolean {
  for (let index = 0; index < text.length; index++) {
    // A letter and its capital differ in the bit 32, which a hyphen has set, too; no control character gets here.
    if (((bytes[at + index] ?? 0) | 32) !== text[index]) return false;
  }
  return true;
}
