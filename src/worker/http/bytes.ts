/** A scan's outcome, where it is no position: more bytes are needed. */
export const incomplete = 0;
/** A scan's outcome, where it is no position: this is not HTTP/1.1. */
export const malformed = -1;

/** What is wrong with bytes, and where. */
export interface Flaw {
  /** In words, to go before what is there. */
  readonly what: string;
  readonly at: number;
  /** Whether they are of another protocol, and not of an answer of HTTP/1.1 that is wrong. */
  readonly isForeign?: boolean;
}

/** Bytes that mean something to HTTP. */
export const tab = 9;
export const lf = 10;
export const cr = 13;
export const space = 32;
export const zero = 48;

/** Which bytes may stand in a name: RFC 9110's token. */
export const tokenBytes = table((byte) => /[\w!#$%&'*+.^`|~-]/.test(String.fromCharCode(byte)) && byte < 128);
/** Which bytes may stand in the value of a field: visible ones, blanks, and all above ASCII. */
export const valueBytes = table((byte) => byte === tab || (byte >= space && byte !== 127));

/** Whether it is a space or a tab. */
export function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === tab;
}

/** Expects the end of a line, and returns where the next one starts. A line feed alone is taken for one (RFC 9112, 2.2). */
export function lineEnd(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return incomplete;
  if (bytes[at] === lf) return at + 1;
  if (bytes[at] !== cr) return malformed;
  if (at + 1 >= end) return incomplete;
  return bytes[at + 1] === lf ? at + 2 : malformed;
}

/** Returns where the first byte is that is not of an empty line: such lines may surround an answer. */
export function skipEmptyLines(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === cr || bytes[at] === lf)) at++;
  return at;
}

function table(matches: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (matches(byte) ? 1 : 0));
}
