import { expect, test } from 'vitest';
import { parseQuantity } from './quantity.ts';

// The forms of https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
test.each([
  ['250m', 0.25],
  ['1', 1],
  ['1.5', 1.5],
  ['123456789n', 0.123456789],
  ['800u', 0.0008],
  ['64Mi', 67_108_864],
  ['1Gi', 1_073_741_824],
  ['2k', 2000],
  ['1e3', 1000],
  ['12E', 12e18],
])('%s', (text, value) => {
  expect(parseQuantity(text)).toBeCloseTo(value, 9);
});

test.each(['', 'Mi', '1 Gi', '1mm', 'NaN', '0x10'])('"%s" is no quantity', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});
