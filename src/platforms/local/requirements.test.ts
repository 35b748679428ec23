import { expect, test } from 'vitest';
import { nodeVersion } from './requirements.ts';

test.each([
  ['18.20.4', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['22.0.0', true],
])('Node.js %s', (version, met) => {
  expect(nodeVersion(version).met).toBe(met);
});
