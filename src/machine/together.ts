import { setMaxListeners } from 'node:events';
import { onAbort } from './time-limit.ts';

/**
 * Does several things at the same time. When one fails the others are told to stop, and only when all have stopped is the
 * first error thrown: nothing goes on in the background that a clean-up would miss.
 */
export async function together<const T extends readonly Promise<unknown>[]>(
  signal: AbortSignal,
  start: (signal: AbortSignal) => T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  signal.throwIfAborted();
  const controller = new AbortController();
  // As many listen as there are things to do, and that is no leak.
  setMaxListeners(0, controller.signal);
  using _ = onAbort(signal, () => controller.abort(signal.reason));
  const running = start(controller.signal);
  const all = Promise.all(running);
  await all.catch((error: unknown) => controller.abort(error));
  await Promise.allSettled(running);
  signal.throwIfAborted();
  return await all;
}
