import { startOf } from '../../model/foreign-text.ts';
import type { Output } from '../io.ts';

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
    const fitting = lines.map((line) => startOf(line, columns - 1));
    const isSame = columns === this.#columns && fitting.join('\n') === this.#drawn.join('\n');
    if (isSame) return;
    this.#output.redraw(this.#rows(), fitting.join('\n'));
    this.#drawn = fitting;
    this.#columns = columns;
  }

  /** Puts a line above the region, where it stays. */
  keep(line: string): void {
    this.#output.redraw(this.#rows(), `${line}\n${this.#drawn.join('\n')}`);
  }

  /** Takes the region away. */
  clear(): void {
    if (this.#drawn.length === 0) return;
    this.#output.redraw(this.#rows(), '');
    this.#drawn = [];
  }

  /** How many rows of the window the region takes now. */
  #rows(): number {
    const { columns } = this.#output;
    return this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
  }
}
