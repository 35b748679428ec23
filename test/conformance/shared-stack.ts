import { afterAll } from 'vitest';
import type { Stack } from '../../src/platforms/platform.ts';
import type { Bench } from './platform-under-test.ts';
import { stores } from './topology.ts';

/** One stack for the tests of a group, started by the first that asks for it and closed after the last. */
export function shareStack(bench: () => Bench, purpose: string): () => Promise<Stack> {
  let stack: Promise<Stack> | undefined;
  const { signal } = new AbortController();

  afterAll(async () => {
    await (await stack)?.[Symbol.asyncDispose]();
  });

  return () => {
    const { platform, runIdFor } = bench();
    return (stack ??= platform.up({
      stores,
      runId: runIdFor(purpose),
      signal,
      publish: true,
      onStep: () => undefined,
    }));
  };
}
