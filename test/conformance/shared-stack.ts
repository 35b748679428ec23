import { afterAll } from 'vitest';
import type { Stack } from '../../src/platforms/platform.ts';
import type { Bench } from './platform-under-test.ts';
import { stores } from './topology.ts';

/** With stores, or for servers of the user's own alone. What the run of a shared stack is there for, as its id says. */
export type Shared = 'shared' | 'bare';

/** One stack for all tests on a platform that need none of their own. */
export function shareStack(bench: () => Bench, purpose: Shared): () => Promise<Stack> {
  const { signal } = new AbortController();
  return sharedBy(async () => {
    const { platform, runIdFor } = bench();
    return platform.up({
      stores: purpose === 'bare' ? [] : stores,
      runId: runIdFor(purpose),
      signal,
      publish: true,
      open: true,
      onStep: () => undefined,
    });
  });
}

/**
 * A stack that is started by the first test that asks for it and closed after the last: to start and to end one takes longer than
 * most of them.
 */
export function sharedBy(start: () => Promise<Stack>): () => Promise<Stack> {
  let stack: Promise<Stack> | undefined;

  afterAll(async () => {
    await (await stack)?.[Symbol.asyncDispose]();
  });

  return () => {
    stack ??= start();
    // Where it did not start the next test tries it again.
    stack.catch(() => (stack = undefined));
    return stack;
  };
}
