import { expect, test } from 'vitest';
import { fullName } from './image-name.ts';

test.each([
  ['redis', 'docker.io/library/redis:latest'],
  ['redis:8', 'docker.io/library/redis:8'],
  ['mine/lab', 'docker.io/mine/lab:latest'],
  ['docker.io/mine/lab:1', 'docker.io/mine/lab:1'],
  ['localhost/lab', 'localhost/lab:latest'],
  ['registry.example:5000/lab', 'registry.example:5000/lab:latest'],
  ['redis@sha256:12ab', 'docker.io/library/redis@sha256:12ab'],
])('%s is known as %s', (short, full) => {
  expect(fullName(short)).toBe(full);
});
