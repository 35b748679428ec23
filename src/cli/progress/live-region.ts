import type { Output } from '../io.ts';

// ECMA-48 control sequences, and synchronized output (mode 2026), which a terminal that does not know it ignores.
const escape = '\u001b[';
const begin = `${escape}?2026h`;
const end = `${escape}?2026l`;
const eraseBelow = `${escape}0J`;

/**
 * Lines at the end of a terminal that are drawn anew in place, below lines that stay. What is drawn at once arrives at once, and a
 * region that has not changed is not drawn again. A window that becomes narrower wraps the lines that were drawn for a wider one:
 * that is reckoned with when they are erased.
 */
export class LiveRegion {
  readonly #output: Output;
  #drawn: readonly string[] = [];
  #columns = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Draws lines in place of those before; each is cut where the window ends. */
  draw(lines: readonly string[]): void {
    const { columns } = this.#output;
    const fitting = lines.map((line) => line.slice(0, columns - 1));
    const isSame = columns === this.#columns && fitting.join('\n') === this.#drawn.join('\n');
    if (isSame) return;
    this.#output.write(begin + this.#erased() + fitting.join('\n') + end);
    this.#drawn = fitting;
    this.#columns = columns;
  }

  /** Puts a line above the region, where it stays. */
  keep(line: string): void {
    const drawn = this.#drawn;
    this.#output.write(`${begin}${this.#erased()}${line}\n${drawn.join('\n')}${end}`);
  }

  /** Takes the region away. */
  clear(): void {
    if (this.#drawn.length === 0) return;
    this.#output.write(begin + this.#erased() + end);
    this.#drawn = [];
  }

  /** Back to the start of the region, and nothing from there on. */
  #erased(): string {
    if (this.#drawn.length === 0) return '';
    const { columns } = this.#output;
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
    return `\r${rows > 1 ? `${escape}${rows - 1}A` : ''}${eraseBelow}`;
  }
}
