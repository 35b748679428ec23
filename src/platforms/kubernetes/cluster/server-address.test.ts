import { expect, test } from 'vitest';
import { isLoopback, isOfThisMachine } from './server-address.ts';

test.each([
  ['https://127.0.0.1:6443', true, true],
  ['https://localhost:6443', true, true],
  ['https://[::1]:6443', true, true],
  ['https://0.0.0.0:6550', true, true],
  ['https://192.168.49.2:8443', false, true],
  ['https://[fd00::2]:8443', false, true],
  ['https://kubernetes.docker.internal:6443', false, true],
  ['https://203.0.113.5:6443', false, false],
  ['https://localhost.example.org:6443', false, false],
  ['https://ABCDEF.gr7.eu-west-1.eks.amazonaws.com', false, false],
])('%s', (server, loopback, here) => {
  expect([isLoopback(server), isOfThisMachine(server)]).toEqual([loopback, here]);
});
