import { expect, it } from 'vitest';

import { Sampling } from './sampling.ts';

it('lets one in eight speak for the others, and every slow one for itself', () => {
  const sampling = new Sampling();
  for (let count = 0; count < 400; count++) sampling.weightOf(10); // the first ones seem slow: the mean is not known yet
  const usual = Array.from({ length: 80 }, () => sampling.weightOf(10));
  expect(usual.filter((weight) => weight > 0)).toEqual(Array(10).fill(8));
  expect(Array.from({ length: 5 }, () => sampling.weightOf(100))).toEqual([1, 1, 1, 1, 1]);
});

it('speaks for as many as there were, however it chose', () => {
  const sampling = new Sampling();
  let spokenFor = 0;
  for (let count = 0; count < 8000; count++) spokenFor += sampling.weightOf(count % 50 === 0 ? 90 : 3);
  expect(spokenFor / 8000).toBeCloseTo(1, 1);
});
