import { createInterface, type Interface } from 'node:readline';

/** Reads what a person answers to questions on standard error. */
export class Questions implements Disposable {
  #lines: Interface | undefined;
  #iterator: AsyncIterator<string> | undefined;

  /**
   * The next line that is typed, or undefined where there will be no more.
   * @throws the signal's reason as soon as it is aborted
   */
  async answer(signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
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
