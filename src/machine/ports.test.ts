import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { LabError } from '../model/errors.ts';
import { drawPort, isFree, isPortTaken, withPort } from './ports.ts';

const taken = new LabError('Redis exited with code 1.', { details: ['bind: Address already in use'] });

test('draws below the range that clients get theirs from', async () => {
  const free = (): Promise<boolean> => Promise.resolve(true);
  expect(await drawPort(() => 0, free)).toBe(15_000);
  expect(await drawPort(() => 0.999_999, free)).toBe(31_999);
});

test('draws again while a port is taken, but not for ever', async () => {
  const draws = [0, 0.5];
  const port = await drawPort(
    () => draws.shift() ?? 0,
    (candidate) => Promise.resolve(candidate !== 15_000),
  );
  expect(port).toBe(23_500);
  await expect(drawPort(Math.random, () => Promise.resolve(false))).rejects.toThrow('No free port');
});

test('sees that a port is taken', async () => {
  const port = await drawPort();
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect(await isFree(port)).toBe(false);
});

test('a start that finds its port taken is tried on another', async () => {
  const ports = [1, 2, 3];
  const draw = (): Promise<number> => Promise.resolve(ports.shift() ?? 0);
  const started = await withPort((port) => (port < 3 ? Promise.reject(taken) : Promise.resolve(port)), 5, draw);
  expect(started).toBe(3);
});

test('other failures, and the fifth, are not', async () => {
  let starts = 0;
  const start = (error: Error) => (): Promise<never> => {
    starts++;
    return Promise.reject(error);
  };
  const draw = (): Promise<number> => Promise.resolve(1);
  await expect(withPort(start(new LabError('no')), 5, draw)).rejects.toThrow('no');
  expect(starts).toBe(1);
  await expect(withPort(start(taken), 5, draw)).rejects.toBe(taken);
  expect(starts).toBe(6);
});

test.each([
  'nginx: [emerg] bind() to 127.0.0.1:80 failed (98: Address already in use)',
  'could not bind IPv4 address "127.0.0.1": Address already in use',
  'listen EADDRINUSE: address already in use 127.0.0.1:1',
])('knows the sentence: %s', (line) => {
  expect(isPortTaken(new LabError('x', { details: ['before', line] }))).toBe(true);
  expect(isPortTaken(new Error(line))).toBe(false);
});
