import { expect, test } from 'vitest';
import { doubtOf } from './tried.ts';

test('a Kubernetes that is older than what was tried, or checked, is doubted', () => {
  expect(doubtOf('1.37.2')).toBeUndefined();
  expect(doubtOf('1.38.0-beta.0')).toBeUndefined();
  expect(doubtOf('1.27.1')).toMatch(/^it is older than Kubernetes 1\.37, which the lab was tried on/);
  expect(doubtOf('1.26.15')).toMatch(/^it is older than Kubernetes 1\.27, the oldest/);
});
