import { expect, test } from 'vitest';
import { TimeLimit, pause, settlesWithin, withTimeLimit } from './time-limit.ts';
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

test('a time limit ends a wait, and the signal does so before', async () => {
  const wait = (limited: AbortSignal): Promise<void> => pause(60_000, limited);
  await expect(withTimeLimit(1, signal, wait)).rejects.toBeInstanceOf(TimeLimit);
  const reason = new Error('enough');
  await expect(withTimeLimit(1, AbortSignal.abort(reason), wait)).rejects.toBe(reason);
  expect(await withTimeLimit(60_000, signal, () => Promise.resolve('done'))).toBe('done');
});

test('tells whether something settled in time', async () => {
  expect(await settlesWithin(60_000, Promise.resolve())).toBe(true);
  expect(await settlesWithin(1, new Promise(() => undefined))).toBe(false);
});
