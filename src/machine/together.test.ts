import { expect, test } from 'vitest';
import { pause } from './time-limit.ts';
import { together } from './together.ts';

const { signal } = new AbortController();

test('gives every result in its place', async () => {
  expect(await together(signal, () => [Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
});

test('throws the first error, after everything else has stopped', async () => {
  const first = new Error('first');
  let stopped = false;
  const running = together(signal, (limited) => [
    Promise.reject(first),
    pause(60_000, limited).catch(async (error: unknown) => {
      await pause(5, signal);
      stopped = true;
      throw error;
    }),
  ]);
  await expect(running).rejects.toBe(first);
  expect(stopped).toBe(true);
});

test('throws the reason of a signal, whatever its tasks made of it', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const running = together(controller.signal, (limited) => [
    pause(60_000, limited).catch(() => {
      throw new Error('interrupted');
    }),
  ]);
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
});
