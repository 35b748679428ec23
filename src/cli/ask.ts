import { createInterface, type Interface } from 'node:readline';

/** Asks a question on standard error, and returns the line that is typed, or undefined where there will be no more. */
export class Questions implements Disposable {
  #lines: Interface | undefined;
  #iterator: AsyncIterator<string> | undefined;

  async ask(question: string, signal: AbortSignal): Promise<string | undefined> {
    process.stderr.write(question);
    this.#lines ??= createInterface({ input: process.stdin, signal });
    this.#iterator ??= this.#lines[Symbol.asyncIterator]();
    const next = await this.#iterator.next();
    signal.throwIfAborted();
    return next.done === true ? undefined : next.value;
  }

  [Symbol.dispose](): void {
    this.#lines?.close();
  }
}
