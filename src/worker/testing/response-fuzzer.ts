import type { Random } from '../../model/random.ts';

/** Bytes that mean something to HTTP, and some that must not occur. */
const special = ' \t\r\n:,;="\\0129afAZ-\x00\x7f\xe9\xff';

/** Makes up answers, right ones and spoilt ones: the same for the same random numbers. */
export class Fuzzer {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** An answer as a server may send it, with whatever is allowed and rare. */
  response(): Buffer {
    const announced = this.#sometimes(
      0.1,
      () => `HTTP/1.1 ${this.#one(['100', '102', '103'])} Wait\r\n${this.#fields()}\r\n`,
    );
    const empty = this.#sometimes(0.05, () => this.#one(['\r\n', '\n', '\r\n\r\n']));
    const version = this.#one(['1.1', '1.1', '1.1', '1.0']);
    const status = this.#one(['200', '200', '201', '404', '500', '204', '304', '999']);
    const reason = this.#one([' OK', ' ', '', ' Not  Found\t!', ' \xe9t\xe9']);
    const connection = this.#sometimes(0.4, () => this.#connection());
    const text = `${empty}${announced}HTTP/${version} ${status}${reason}\r\n${this.#fields()}${connection}${this.#framed(status)}`;
    return Buffer.from(text, 'latin1');
  }

  /** An answer with something wrong in it, mostly. */
  mutated(): Buffer {
    let wire = this.response().toString('latin1');
    for (let count = this.#upTo(3); count >= 0; count--) {
      const at = this.#upTo(wire.length);
      const byte = special.charAt(this.#upTo(special.length - 1));
      const lines = wire.split('\r\n');
      const line = this.#upTo(Math.min(8, lines.length - 1));
      wire = this.#one([
        () => wire.slice(0, at) + byte + wire.slice(at),
        () => wire.slice(0, at) + byte + wire.slice(at + 1),
        () => wire.slice(0, at) + wire.slice(at + 1),
        () => wire.slice(0, at),
        () => wire + byte,
        () => lines.toSpliced(line, 0, lines[line] ?? '').join('\r\n'),
        () => lines.toSpliced(line, 1).join('\r\n'),
        () => lines.toSpliced(line, 0, this.#field()).join('\r\n'),
        () => lines.toSpliced(line, 0, this.#oddField()).join('\r\n'),
        () => wire.replace('\r\n', '\n'),
      ])();
    }
    return Buffer.from(wire, 'latin1');
  }

  /** The same bytes in pieces, none of which is empty. */
  split(wire: Buffer): Buffer[] {
    const longest = this.#one([1, 3, 20, 100, 1000]);
    const pieces: Buffer[] = [];
    for (let at = 0; at < wire.length;) {
      const to = at + 1 + this.#upTo(longest - 1);
      pieces.push(wire.subarray(at, to));
      at = to;
    }
    return pieces;
  }

  #fields(): string {
    return Array.from({ length: this.#upTo(4) }, () => `${this.#field()}\r\n`).join('');
  }

  #field(): string {
    const name = this.#one(['Date', 'X-Length', 'server-timing', 'Last-Modified', 'connections', 'a', '!#$%&*+.^`|~']);
    const value = this.#one(['', 'x', 'app;dur=1.5, db', 'a: b; c="d"', '\xff\xfe', 'tab\tin it', 'x'.repeat(300)]);
    return `${name}:${this.#blanks()}${value}${this.#blanks()}`;
  }

  #oddField(): string {
    const name = this.#one([
      'Content-Length',
      'content-length',
      'Transfer-Encoding',
      'Connection',
      ' Folded',
      'Spaced ',
    ]);
    const values = [
      '5',
      '0',
      '',
      ' ',
      '05',
      '+5',
      '5, 5',
      '0x5',
      '-1',
      'chunked',
      'gzip',
      'chunked, gzip',
      'gzip,chunked',
    ];
    return `${name}:${this.#one([...values, 'chunked ,', 'Chunked ', 'close', '99999999999999999999'])}`;
  }

  #connection(): string {
    const value = this.#one([
      'close',
      'keep-alive',
      'Close',
      'KEEP-ALIVE',
      'x, close',
      'keep-alive ,x',
      'closed',
      'upgrade',
    ]);
    return `${this.#one(['Connection', 'connection'])}:${this.#blanks()}${value}\r\n`;
  }

  /** The fields that say how long the body is, and the body. */
  #framed(status: string): string {
    const body = this.#one(['', 'hello', '\r\n\r\n', '0\r\n\r\n', '\x00\xff', 'y'.repeat(this.#upTo(2000))]);
    if (status === '204' || status === '304') return '\r\n';
    return this.#one([
      () =>
        `${this.#one(['Content-Length', 'CONTENT-LENGTH'])}:${this.#blanks()}${body.length}${this.#one(['', ' '])}\r\n\r\n${body}`,
      () =>
        `${this.#one(['Transfer-Encoding: chunked', 'transfer-encoding:gzip, Chunked'])}\r\n\r\n${this.#chunked(body)}`,
      () => `${this.#sometimes(0.3, () => 'Transfer-Encoding: gzip\r\n')}\r\n${body}`,
    ])();
  }

  #chunked(body: string): string {
    let text = '';
    for (let at = 0; at < body.length;) {
      const part = body.slice(at, at + 1 + this.#upTo(30));
      const size = part.length.toString(16);
      text += `${this.#one([size, size.toUpperCase(), `000${size}`])}${this.#extension()}\r\n${part}\r\n`;
      at += part.length;
    }
    return `${text}0${this.#extension()}\r\n${this.#sometimes(0.3, () => this.#fields())}\r\n`;
  }

  #extension(): string {
    return this.#sometimes(0.2, () =>
      this.#one([';a', ';a=b', ';a="b \\" c"', ';a="";b', ';=', ';a=b"c"', ';;', ';a ', '; a']),
    );
  }

  #blanks(): string {
    return this.#one([' ', ' ', ' ', '', '\t', '  \t ']);
  }

  #sometimes(share: number, make: () => string): string {
    return this.#random.next() < share ? make() : '';
  }

  #upTo(most: number): number {
    return Math.floor(this.#random.next() * (most + 1));
  }

  #one<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    const choice = choices[this.#upTo(choices.length - 1)];
    if (choice === undefined) throw new Error('There is nothing to choose from.');
    return choice;
  }
}
