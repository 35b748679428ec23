import { expect, it } from 'vitest';

import { HighWater } from './high-water.ts';

it('is the most that there were at once since it was last asked for', () => {
  const mark = new HighWater();
  expect(mark.take()).toBe(0);
  for (let i = 0; i < 3; i++) mark.rise();
  mark.fall();
  expect(mark.take()).toBe(3);
  expect(mark.take()).toBe(2);
  mark.fall();
  mark.rise();
  expect(mark.take()).toBe(2);
});
