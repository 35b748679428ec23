import { expect, test } from 'vitest';
import { LabError } from '../../model/errors.ts';
import { shareCores } from './cores.ts';

test('the load generator gets the last core where it is pinned', () => {
  expect(shareCores(2, true)).toMatchObject({ load: '1', rest: '0' });
  expect(shareCores(8, true)).toMatchObject({ load: '7', rest: '0-6' });
  expect(shareCores(8, true).sentence).toContain('core 7 to itself; everything else shares cores 0-6');
});

test('otherwise everything shares them, which is told where there is more than one', () => {
  expect(shareCores(1, false)).toEqual({ load: undefined, rest: undefined, sentence: undefined });
  expect(shareCores(4, false)).toMatchObject({ load: undefined, rest: undefined });
  expect(shareCores(4, false).sentence).toContain('shares the 4 cores');
});

test('one core cannot be shared out', () => {
  expect(() => shareCores(1, true)).toThrow(LabError);
});
