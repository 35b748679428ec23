import { afterAll } from 'vitest';
import type { Stack } from '../../src/platforms/platform.ts';
import type { Bench } from './platform.ts';

/** One stack for the tests of a group, started by the first that asks for it and closed after the last. */
export function shareStack(bench: () => Bench, runId: string): () => Promise<Stack> {
  let stack: Promise<Stack> | undefined;
  const { signal } = new AbortController();

  afterAll(async () => {
    await (await stack)?.[Symbol.asyncDispose]();
  });

  return () => (stack ??= bench().platform.up({ runId, signal, publish: true, onStep: () => undefined }));
}
