import { cr, incomplete, lf, malformed, tokenBytes, valueBytes, type Flaw } from './bytes.ts';

/** The longest line with the size of a chunk and its extensions. */
const lineBytesLimit = 16 * 1024;

const semicolon = 59;
const equals = 61;
const quote = 34;
const backslash = 92;

/** Where in the line of a chunk's size. */
type InLine = 'size' | 'more size' | 'extension' | 'name' | 'value' | 'quoted' | 'escaped' | 'unquoted' | 'line end';

/**
 * Finds the data in a chunked body, whose bytes may come in any pieces, and stops before the trailer. Extensions are checked
 * as Node's own parser checks them, and mean nothing. A line feed alone ends a line, as it does in a head.
 */
export class ChunkScanner {
  #state: InLine | 'data' | 'data end' | 'data lf' = 'size';
  #size = 0;
  #lineBytes = 0;
  /** Whether the line with the size ended with a line feed alone. */
  #endsBare = false;

  /** Why a scan gave `malformed`. */
  flaw: Flaw | undefined;

  begin(): void {
    this.flaw = undefined;
    this.#state = 'size';
    this.#size = 0;
    this.#lineBytes = 0;
  }

  /** Reads on, and hands over where data lies; returns where the trailer starts, `incomplete` or `malformed`. */
  scan(bytes: Buffer, start: number, end: number, onData: (from: number, to: number) => void): number {
    let at = start;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      switch (this.#state) {
        case 'data': {
          const to = Math.min(end, at + this.#size);
          onData(at, to);
          this.#size -= to - at;
          at = to;
          if (this.#size === 0) this.#state = 'data end';
          break;
        }
        case 'data end':
          // Where the line before ended with both, one of them was the last byte of the data, and that is too long.
          if (byte === lf && this.#endsBare) this.begin();
          else if (byte === cr) this.#state = 'data lf';
          else return this.#refuse('the data of a chunk is longer than its size', at);
          at++;
          break;
        case 'data lf':
          if (byte !== lf) return this.#refuse('the data of a chunk is longer than its size', at);
          this.begin();
          at++;
          break;
        case 'line end':
          if (byte !== lf) return this.#refuse('no line ends like this', at);
          at++;
          if (this.#size === 0) return at;
          this.#state = 'data';
          break;
        case 'size':
        case 'more size':
        case 'extension':
        case 'name':
        case 'value':
        case 'quoted':
        case 'escaped':
        case 'unquoted': {
          const next = this.#scanLine(this.#state, byte);
          if (next === undefined) return this.#refuse('no size of a chunk is written like this', at);
          if (++this.#lineBytes > lineBytesLimit) return this.#refuse('the line of a chunk is longer than 16 KiB', at);
          this.#state = next;
          // A line feed alone ends the line as well: it is looked at once more.
          if (byte !== lf) at++;
          this.#endsBare = byte === lf;
          break;
        }
      }
    }
    return incomplete;
  }

  #refuse(what: string, at: number): number {
    this.flaw = { what, at };
    return malformed;
  }

  #scanLine(state: Exclude<InLine, 'line end'>, byte: number): InLine | undefined {
    switch (state) {
      case 'size':
        return this.#scanDigit(byte);
      case 'more size':
        return afterItem(byte) ?? this.#scanDigit(byte);
      case 'extension':
      case 'name':
        if (state === 'extension' && (byte === cr || byte === lf)) return undefined;
        if (tokenBytes[byte] === 1) return 'name';
        return byte === equals ? 'value' : afterItem(byte);
      case 'value':
        if (tokenBytes[byte] === 1) return 'value';
        return byte === quote ? 'quoted' : afterItem(byte);
      case 'quoted':
        if (byte === quote) return 'unquoted';
        if (byte === backslash) return 'escaped';
        return valueBytes[byte] === 1 ? 'quoted' : undefined;
      case 'escaped':
        return valueBytes[byte] === 1 ? 'quoted' : undefined;
      case 'unquoted':
        return afterItem(byte);
    }
  }

  #scanDigit(byte: number): InLine | undefined {
    const digit = hexDigit(byte);
    if (digit === undefined) return undefined;
    this.#size = this.#size * 16 + digit;
    return Number.isSafeInteger(this.#size) ? 'more size' : undefined;
  }
}

function afterItem(byte: number): InLine | undefined {
  if (byte === cr || byte === lf) return 'line end';
  return byte === semicolon ? 'extension' : undefined;
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : undefined;
}
