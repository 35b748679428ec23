import { expect, test } from 'vitest';
import { isOlder } from './versions.ts';

test.each([
  ['1.40', '1.41', true],
  ['1.41', '1.41', false],
  ['1.9', '1.10', true],
  ['2.0', '1.41', false],
  ['1.26.15', '1.27', true],
  ['1.27.0', '1.27', false],
  ['1.26+', '1.27', true],
])('%s is older than %s: %s', (version, than, older) => {
  expect(isOlder(version, than)).toBe(older);
});
