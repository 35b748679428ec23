import { expect, test } from 'vitest';
import type { Image } from '../engine/base-images.ts';
import { versionIn, versionInImage, versionsOf } from './versions.ts';

const version = { name: 'nginx', variable: 'NGINX_VERSION' };
const image = (name: string, environment: readonly string[]): Image => ({
  name,
  id: 'sha256:1',
  environment,
  volumes: [],
  entrypoint: [],
  command: [],
});

test.each([
  ['postgres (PostgreSQL) 18.4 (Debian 18.4-1.pgdg13+1)', '18.4'],
  ['Redis server v=8.0.3 sha=00000000:1 malloc=jemalloc-5.3.0 bits=64', '8.0.3'],
  ['nothing of the kind', 'unknown'],
])('%s', (printed, expected) => {
  expect(versionIn(printed)).toBe(expected);
});

test('what copies told is called as reports call it', () => {
  const told = [
    { service: { version: { name: 'postgresql' } }, version: '18.4' },
    { service: { version: undefined }, version: undefined },
  ];
  expect(versionsOf(told)).toEqual({ postgresql: '18.4' });
});

test('an image says its version in a variable, else in its tag', () => {
  expect(versionInImage(version, image('nginx:1.28', ['A=1', 'NGINX_VERSION=1.28.3']))).toEqual({ nginx: '1.28.3' });
  expect(versionInImage(version, image('mirror:5000/nginx:1.28', []))).toEqual({ nginx: '1.28' });
  expect(versionInImage(version, image('nginx:stable', []))).toEqual({ nginx: 'unknown' });
});
