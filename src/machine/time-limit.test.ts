import { expect, test } from 'vitest';
import { TimeLimit, never, onAbort, pause, settlesWithin, unlessAborted, withTimeLimit } from './time-limit.ts';

const forever = new Promise<never>(() => undefined);
const reason = new Error('enough');

test('a time limit ends a wait, and the signal does so before', async () => {
  const wait = (limited: AbortSignal): Promise<void> => pause(60_000, limited);
  await expect(withTimeLimit(1, never(), wait)).rejects.toBeInstanceOf(TimeLimit);
  await expect(withTimeLimit(1, AbortSignal.abort(reason), wait)).rejects.toBe(reason);
  expect(await withTimeLimit(60_000, never(), () => Promise.resolve('done'))).toBe('done');
});

test('a time limit ends the wait for a task that does not heed it, too', async () => {
  await expect(withTimeLimit(1, never(), async () => forever)).rejects.toBeInstanceOf(TimeLimit);
});

test('a task whose time is up may say what kept it', async () => {
  const seen = withTimeLimit(1, never(), async (limited) =>
    unlessAborted(forever, limited).catch(() => {
      throw new Error('it answered with status 503');
    }),
  );
  await expect(seen).rejects.toThrow('it answered with status 503');
});

test('tells whether something settled in time', async () => {
  expect(await settlesWithin(60_000, Promise.resolve())).toBe(true);
  expect(await settlesWithin(1, forever)).toBe(false);
});

test('a signal that was given before is heard of, and one that nobody waits for any more is not', () => {
  const heard: string[] = [];
  onAbort(AbortSignal.abort(), () => heard.push('before'));
  const controller = new AbortController();
  onAbort(controller.signal, () => heard.push('then'));
  onAbort(controller.signal, () => heard.push('never'))[Symbol.dispose]();
  controller.abort();
  expect(heard).toEqual(['before', 'then']);
});

test('what settles after nobody waits for it any more disturbs nobody', async () => {
  const controller = new AbortController();
  const late = pause(1, never()).then(() => Promise.reject(new Error('late')));
  const waited = unlessAborted(late, controller.signal);
  controller.abort(reason);
  await expect(waited).rejects.toBe(reason);
  await expect(late).rejects.toThrow('late');
});
