import { expect, test } from 'vitest';
import { loadLimitsOf } from './load-limits.ts';

test('load workers use what there is, or as many cores as the setting says', () => {
  expect(loadLimitsOf({}).cpu).toBeUndefined();
  expect(loadLimitsOf({ SCALE_LAB_LOAD_CPU: '' }).cpu).toBeUndefined();
  expect(loadLimitsOf({ SCALE_LAB_LOAD_CPU: '0.1' })).toEqual({ cpu: 0.1, memoryBytes: undefined });
});

test.each(['0', '-1', '10%', 'all', 'Infinity', '0.001', ' '])('%j is refused as a number of cores', (text) => {
  expect(() => loadLimitsOf({ SCALE_LAB_LOAD_CPU: text })).toThrow(
    `SCALE_LAB_LOAD_CPU is "${text}", which is no number of cores.`,
  );
});
