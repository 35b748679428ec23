import xterm from '@xterm/headless';
import type { Output } from '../../src/cli/io.ts';
import { GuardedOutput } from '../../src/cli/output.ts';
import type { OwnMarks } from '../../src/model/foreign-text.ts';

/** A terminal that nobody sees: what is on its screen is what a person would see. */
export class Screen implements Output {
  readonly #terminal: xterm.Terminal;
  readonly #guarded: GuardedOutput;
  readonly isTerminal = true;
  readonly canRedraw = true;
  readonly color = false;
  #written = '';

  constructor(columns: number, rows = 24) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
    this.#guarded = new GuardedOutput({
      write: (text) => this.show(text),
      isTerminal: this.isTerminal,
      canRedraw: this.canRedraw,
      columns,
      color: this.color,
    });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  /** Everything that was ever written, with its control sequences. */
  get written(): string {
    return this.#written;
  }

  write(text: string, own?: OwnMarks): void {
    this.#guarded.write(text, own);
  }

  redraw(rows: number, text: string): void {
    this.#guarded.redraw(rows, text);
  }

  /** Shows what a program has written, as it is. */
  show(text: string): void {
    this.#written += text;
    this.#terminal.write(text);
  }

  /** Makes the window wider or narrower, as a person does who drags its edge. */
  async resize(columns: number): Promise<void> {
    await this.lines();
    this.#terminal.resize(columns, this.#terminal.rows);
  }

  /** The lines of its screen and of what has scrolled out of it, down to the last that has something in it. */
  async lines(): Promise<readonly string[]> {
    await new Promise<void>((resolve) => this.#terminal.write('', resolve));
    const { active } = this.#terminal.buffer;
    const all = Array.from(
      { length: active.length },
      (_, index) => active.getLine(index)?.translateToString(true) ?? '',
    );
    return all.slice(0, all.findLastIndex((line) => line !== '') + 1);
  }
}
