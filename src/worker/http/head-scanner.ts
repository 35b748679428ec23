import {
  cr,
  incomplete,
  isBlank,
  lf,
  lineEnd,
  malformed,
  space,
  tokenBytes,
  valueBytes,
  zero,
  type Flaw,
} from './bytes.ts';
import { protocolOf } from './protocol.ts';

const colon = 58;
const protocol = Buffer.from('HTTP/1.');
const connection = Buffer.from('connection');
const contentEncoding = Buffer.from('content-encoding');
const contentLength = Buffer.from('content-length');
const keepAlive = Buffer.from('keep-alive');
const serverTiming = Buffer.from('server-timing');
const transferEncoding = Buffer.from('transfer-encoding');

/**
 * Reads the head of an answer, and the trailer of a chunked one, from bytes that lie in one piece. It checks every byte as
 * strictly as Node's own parser does, but takes what RFC 9112 has a client take: folded values, lines that end with a line feed
 * alone, the same length twice. It keeps the few fields that a load generator needs.
 */
export class HeadScanner {
  /** Why a scan gave `malformed`. */
  flaw: Flaw | undefined;
  /** What leaves in doubt how long the body is: it is of no account where there is none. */
  doubt: Flaw | undefined;
  status = 0;
  /** What the server says of the connection: it stays open after this answer. */
  persistent = false;
  chunked = false;
  /** Undefined where no field says it. */
  contentLength: number | undefined;
  serverTiming: string | undefined;
  contentEncoding: string | undefined;
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
      if (bytes[at] === cr || bytes[at] === lf) return this.#lineEnd(bytes, at, end);
      const name = at;
      // Bytes past the end may be looked at, too, and are of no account: that is faster than comparing at each byte.
      while (tokenBytes[bytes[at] ?? 0] === 1) at++;
      const nameEnd = at;
      if (at >= end) return incomplete;
      if (nameEnd === name || bytes[at] !== colon) return this.#refuse('no field is written like this', at);
      at++;
      while (isBlank(bytes[at])) at++;
      const value = at;
      while (valueBytes[bytes[at] ?? 0] === 1) at++;
      let valueEnd = at;
      at = this.#lineEnd(bytes, at, end);
      if (at <= 0) return at;
      if (at >= end) return incomplete;
      if (isBlank(bytes[at])) {
        at = this.#scanFolded(bytes, [name, nameEnd, value, valueEnd], at, end);
        if (at <= 0) return at;
        continue;
      }
      while (valueEnd > value && isBlank(bytes[valueEnd - 1])) valueEnd--;
      this.#take(bytes, name, nameEnd, value, valueEnd);
    }
    return incomplete;
  }

  /** Takes a field whose value goes on in the next lines: obsolete, and to be read as one line (RFC 9112, 5.2). */
  #scanFolded(
    bytes: Buffer,
    [name, nameEnd, value, valueEnd]: readonly [number, number, number, number],
    start: number,
    end: number,
  ): number {
    const lines = [bytes.toString('latin1', value, valueEnd).trim()];
    let at = start;
    while (isBlank(bytes[at])) {
      const line = at;
      while (valueBytes[bytes[at] ?? 0] === 1) at++;
      lines.push(bytes.toString('latin1', line, at).trim());
      at = this.#lineEnd(bytes, at, end);
      if (at <= 0) return at;
      if (at >= end) return incomplete;
    }
    const field = bytes.toString('latin1', name, nameEnd);
    const whole = Buffer.from(`${field}${lines.filter((line) => line !== '').join(' ')}`, 'latin1');
    this.#take(whole, 0, field.length, field.length, whole.length);
    return at;
  }

  #lineEnd(bytes: Buffer, at: number, end: number): number {
    const next = lineEnd(bytes, at, end);
    return next === malformed ? this.#refuse('no line ends like this', at) : next;
  }

  #refuse(what: string, at: number): number {
    this.flaw = { what, at };
    return malformed;
  }

  #begin(): void {
    this.flaw = undefined;
    this.doubt = undefined;
    this.contentEncoding = undefined;
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
      if (bytes[at++] !== byte) return this.#refuseProtocol(bytes, start, end);
    }
    if (at >= end) return incomplete;
    const minorVersion = bytes[at++];
    if (minorVersion !== zero && minorVersion !== zero + 1) return this.#refuseProtocol(bytes, start, end);
    if (at >= end) return incomplete;
    if (bytes[at++] !== space) return this.#refuse('no status line is written like this', start);
    let status = 0;
    for (const last = at + 3; at < last; at++) {
      if (at >= end) return incomplete;
      const digit = (bytes[at] ?? 0) - zero;
      if (digit < 0 || digit > 9) return this.#refuse('no status is written like this', start);
      status = status * 10 + digit;
    }
    if (status < 100) return this.#refuse('there is no such status', start);
    this.status = status;
    if (at >= end) return incomplete;
    const after = bytes[at];
    if (after !== space && after !== cr && after !== lf) return this.#refuse('no status is written like this', start);
    // The reason may be any text, or none.
    while (at < end && bytes[at] !== cr && bytes[at] !== lf) at++;
    return this.#lineEnd(bytes, at, end);
  }

  #refuseProtocol(bytes: Buffer, start: number, end: number): number {
    this.flaw = { what: protocolOf(bytes.subarray(start, end)), at: start, isForeign: true };
    return malformed;
  }

  /** Takes note of a field. */
  #take(bytes: Buffer, name: number, nameEnd: number, value: number, valueEnd: number): void {
    // By length first: most fields are none of these.
    switch (nameEnd - name) {
      case connection.length:
        if (isText(connection, bytes, name)) this.#takeConnection(bytes, value, valueEnd);
        break;
      case serverTiming.length:
        if (isText(serverTiming, bytes, name)) this.#takeServerTiming(bytes.toString('latin1', value, valueEnd));
        break;
      case contentLength.length:
        if (isText(contentLength, bytes, name)) this.#takeLength(bytes, value, valueEnd, name);
        break;
      case contentEncoding.length:
        if (isText(contentEncoding, bytes, name))
          this.contentEncoding = bytes.toString('latin1', value, valueEnd).toLowerCase();
        break;
      case transferEncoding.length:
        if (isText(transferEncoding, bytes, name)) this.#takeEncoding(bytes.toString('latin1', value, valueEnd), name);
        break;
    }
  }

  #takeLength(bytes: Buffer, value: number, valueEnd: number, name: number): void {
    let length = 0;
    for (let at = value; at < valueEnd; at++) {
      const digit = (bytes[at] ?? 0) - zero;
      if (digit < 0 || digit > 9) {
        this.#takeLengths(bytes.toString('latin1', value, valueEnd), name);
        return;
      }
      length = length * 10 + digit;
    }
    if (value === valueEnd) this.#doubt('no length is written like this', name);
    else this.#noteLength(length, name);
  }

  /** A list of lengths is right where all of them are the same, as several fields are (RFC 9110, 8.6). */
  #takeLengths(text: string, name: number): void {
    for (const entry of text.split(',').map((part) => part.trim())) {
      if (/^\d+$/.test(entry)) this.#noteLength(Number(entry), name);
      else this.#doubt('no length is written like this', name);
    }
  }

  #noteLength(length: number, name: number): void {
    if (!Number.isSafeInteger(length)) this.#doubt('there is no such length', name);
    if (this.#encoded) this.#doubt('a length beside an encoding leaves in doubt where the answer ends', name);
    if (this.contentLength !== undefined && this.contentLength !== length)
      this.#doubt('two lengths leave in doubt where the answer ends', name);
    this.contentLength = length;
  }

  #takeEncoding(text: string, name: number): void {
    if (this.contentLength !== undefined)
      this.#doubt('an encoding beside a length leaves in doubt where the answer ends', name);
    if (text === '') this.#doubt('no encoding is written like this', name);
    this.#encoded = true;
    // Several fields count as one list, of which the last entry decides.
    this.chunked =
      text
        .slice(text.lastIndexOf(',') + 1)
        .trim()
        .toLowerCase() === 'chunked';
  }

  #doubt(what: string, at: number): void {
    this.doubt ??= { what, at };
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
