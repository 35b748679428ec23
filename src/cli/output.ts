import { forStream, type OwnMarks } from '../model/foreign-text.ts';
import type { Output } from './io.ts';

/** A stream as it is, before what is written to it has been looked at. */
export interface RawStream extends Pick<Output, 'isTerminal' | 'canRedraw' | 'columns' | 'color'> {
  write(text: string): void;
}

// ECMA-48 control sequences, and synchronized output (mode 2026), which a terminal that does not know it ignores.
const sequence = '\u001b[';
const begin = `${sequence}?2026h`;
const end = `${sequence}?2026l`;
const eraseBelow = `${sequence}0J`;

/** The only way to a stream: whatever is written, nothing but what the lab means to do is done to a terminal, or told to a CI system. */
export class GuardedOutput implements Output {
  readonly #stream: RawStream;

  constructor(stream: RawStream) {
    this.#stream = stream;
  }

  write(text: string, own?: OwnMarks): void {
    this.#stream.write(forStream(text, own));
  }

  redraw(rows: number, text: string): void {
    const up = rows > 1 ? `${sequence}${rows - 1}A` : '';
    const erased = rows > 0 ? `\r${up}${eraseBelow}` : '';
    this.#stream.write(`${begin}${erased}${forStream(text)}${end}`);
  }

  get isTerminal(): boolean {
    return this.#stream.isTerminal;
  }

  get canRedraw(): boolean {
    return this.#stream.canRedraw;
  }

  get columns(): number {
    return this.#stream.columns;
  }

  get color(): boolean {
    return this.#stream.color;
  }
}
