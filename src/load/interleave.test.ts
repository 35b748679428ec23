import { expect, test } from 'vitest';
import { interleave } from './interleave.ts';

/** A source that gives what it is told to, when it is told to. */
class Source implements AsyncIterable<string> {
  #tell: (item: Promise<IteratorResult<string, undefined>>) => void = () => undefined;
  asked = 0;

  async give(item: string): Promise<void> {
    return this.#answer(Promise.resolve({ done: false, value: item }));
  }

  async end(): Promise<void> {
    return this.#answer(Promise.resolve({ done: true, value: undefined }));
  }

  async fail(error: Error): Promise<void> {
    return this.#answer(Promise.reject(error));
  }

  async #answer(item: Promise<IteratorResult<string, undefined>>): Promise<void> {
    this.#tell(item);
    await new Promise((resolve) => setImmediate(resolve));
  }

  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    return {
      next: () => {
        this.asked++;
        return new Promise((resolve) => (this.#tell = resolve));
      },
    };
  }
}

function read(sources: readonly Source[]): { items: string[]; done: Promise<void> } {
  const items: string[] = [];
  const done = (async () => {
    for await (const item of interleave(sources)) items.push(item);
  })();
  return { items, done };
}

test('gives what comes as it comes, until all have ended', async () => {
  const [one, other] = [new Source(), new Source()];
  const { items, done } = read([one, other]);
  await other.give('a');
  await one.give('b');
  await other.give('c');
  await other.end();
  await one.give('d');
  await one.end();
  await done;
  expect(items).toEqual(['a', 'b', 'c', 'd']);
});

test('fails with the first that fails; what fails after that is heard by nobody, and is no error of the process', async () => {
  const [one, other] = [new Source(), new Source()];
  const { items, done } = read([one, other]);
  await one.give('a');
  const failing = expect(done).rejects.toThrow('lost');
  await other.fail(new Error('lost'));
  await failing;
  await one.fail(new Error('too late'));
  expect(items).toEqual(['a']);
});

test('whoever leaves is owed nothing', async () => {
  const [one, other] = [new Source(), new Source()];
  const left = (async () => {
    for await (const item of interleave([one, other])) return item;
    return undefined;
  })();
  await one.give('a');
  expect(await left).toBe('a');
  await other.fail(new Error('too late'));
  expect(one.asked).toBe(1);
});

test('ends at once without sources', async () => {
  await read([]).done;
});
