import { expect, it } from 'vitest';

import { HighWater } from './high-water.ts';

it('is the most that was under way at once since it was last asked for', async () => {
  const mark = new HighWater();
  expect(mark.take()).toBe(0);
  const long = mark.during(async () => {
    await Promise.all([1, 2].map((each) => mark.during(() => Promise.resolve(each))));
    expect(mark.take()).toBe(3);
    expect(mark.take()).toBe(1);
    await expect(mark.during(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  });
  await long;
  expect([mark.take(), mark.take()]).toEqual([2, 0]);
});
