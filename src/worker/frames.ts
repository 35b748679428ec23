/**
 * Messages as the numbered lines of a log. A log is read again from its start after a broken connection, holds what else a
 * program says, cuts long lines, and forgets the oldest ones: the numbers tell what is new, and what is missing.
 */

/** Characters in a line: with four bytes each, less than the 16 KiB at which container runtimes cut lines. */
const most = 4_000;

const frame = /^#(?<number>\d+)(?<more>[+.])(?<text>.*)$/s;

/** Writes messages as frames: `#1+the begin`, `#2.ning`; a full stop ends a message. */
export class FrameWriter {
  #number = 0;

  /** The lines of one message, each with its line break. */
  write(message: string): string {
    let lines = '';
    let start = 0;
    do {
      const end = endOf(message, start);
      this.#number += 1;
      lines += `#${this.#number}${end < message.length ? '+' : '.'}${message.slice(start, end)}\n`;
      start = end;
    } while (start < message.length);
    return lines;
  }
}

/** A character outside the basic plane is two of a string's: they stay together. */
function endOf(message: string, start: number): number {
  const end = Math.min(start + most, message.length);
  const last = message.charCodeAt(end - 1);
  return end < message.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

/** Reads frames back. */
export class FrameReader {
  #number = 0;
  #parts: string[] = [];

  /**
   * Takes a line of the log, without its line break.
   * @returns the message that ends with it; undefined where none does: it is no frame, was read before, or more follows
   * @throws {MissingFrame} where the log has lost lines before it
   */
  read(line: string): string | undefined {
    const groups = frame.exec(line)?.groups;
    if (groups === undefined) return undefined;
    const number = Number(groups.number);
    if (number <= this.#number) return undefined;
    if (number !== this.#number + 1) throw new MissingFrame(this.#number + 1);
    this.#number = number;
    this.#parts.push(groups.text ?? '');
    if (groups.more === '+') return undefined;
    const message = this.#parts.join('');
    this.#parts = [];
    return message;
  }
}

/** Lines of a log are not there any more. */
export class MissingFrame extends Error {
  override readonly name = 'MissingFrame';

  constructor(number: number) {
    super(`line ${number} of its log is missing`);
  }
}

/** Whether a line of a log is a frame, and nothing that a person would read. */
export function isFrame(line: string): boolean {
  return frame.test(line);
}
