import { expect, test } from 'vitest';
import { DeployedCopies } from './deployed-copies.ts';

test('what is done to one service is done in turn, also after something that failed; others do not wait for it', async () => {
  const copies = new DeployedCopies([]);
  const done: string[] = [];
  let fail: (error: Error) => void = () => undefined;
  const restart = copies.inTurn('nginx', () => new Promise<void>((_, reject) => (fail = reject)));
  const reload = copies.inTurn('nginx', () => Promise.resolve(done.push('the reload of nginx')));
  await copies.inTurn('app', () => Promise.resolve(done.push('a kill of app-1')));
  expect(done).toEqual(['a kill of app-1']);
  fail(new Error('nginx did not start'));
  await expect(restart).rejects.toThrow('nginx did not start');
  await reload;
  expect(done).toEqual(['a kill of app-1', 'the reload of nginx']);
});
