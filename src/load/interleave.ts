/**
 * What several sources give, as it comes; the failure of one is the failure of all. Nothing is asked of a source in advance.
 * Whoever stops reading has to end the sources: what was asked of them by then is waited for by nobody.
 */
export async function* interleave<T>(sources: readonly AsyncIterable<T>[]): AsyncIterable<T> {
  const asked = new Map<AsyncIterator<T>, Promise<Given<T>>>();
  for (const source of sources) ask(asked, source[Symbol.asyncIterator]());
  while (asked.size > 0) {
    const { iterator, result } = await Promise.race(asked.values());
    if (result.done === true) {
      asked.delete(iterator);
      continue;
    }
    yield result.value;
    // Not before: a failure has to find somebody who waits for it.
    ask(asked, iterator);
  }
}

interface Given<T> {
  readonly iterator: AsyncIterator<T>;
  readonly result: IteratorResult<T, unknown>;
}

function ask<T>(asked: Map<AsyncIterator<T>, Promise<Given<T>>>, iterator: AsyncIterator<T>): void {
  asked.set(
    iterator,
    iterator.next().then((result) => ({ iterator, result })),
  );
}
