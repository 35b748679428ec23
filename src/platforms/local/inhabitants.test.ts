import { expect, test } from 'vitest';
import { parseLsof } from './inhabitants.ts';

test('finds the processes in a folder and below it, and not next to it', () => {
  const printed = 'p1\ncnode\nfcwd\nn/tmp/run\np2\ncpostgres\nfcwd\nn/tmp/run/postgres\np3\ncbash\nfcwd\nn/tmp/run2\n';
  expect(parseLsof(printed, '/tmp/run')).toEqual([
    { pid: 1, command: 'node' },
    { pid: 2, command: 'postgres' },
  ]);
});
