import { afterAll } from 'vitest';
import type { Stack } from '../../src/platforms/platform.ts';
import type { Bench } from './platform-under-test.ts';
import { stores } from './topology.ts';

/** With stores, or for servers of the user's own alone. What the run of a shared stack is there for, as its id says. */
export type Shared = 'shared' | 'bare';

/**
 * One stack for all tests that need none of their own, started by the first that asks for it and closed after the last: to start
 * and to end one takes longer than most of them.
 */
export function shareStack(bench: () => Bench, purpose: Shared): () => Promise<Stack> {
  let stack: Promise<Stack> | undefined;
  const { signal } = new AbortController();

  afterAll(async () => {
    await (await stack)?.[Symbol.asyncDispose]();
  });

  return () => {
    const { platform, runIdFor } = bench();
    stack ??= platform.up({
      stores: purpose === 'bare' ? [] : stores,
      runId: runIdFor(purpose),
      signal,
      publish: true,
      open: true,
      onStep: () => undefined,
    });
    // Where it did not start the next test tries it again.
    stack.catch(() => (stack = undefined));
    return stack;
  };
}
