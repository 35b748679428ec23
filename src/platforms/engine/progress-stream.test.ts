import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { followProgress, pullProgress, pushProgress } from './progress-stream.ts';

const layer = (status: string, id: string, current: number, total: number): string =>
  `${JSON.stringify({ status, id, progressDetail: { current, total } })}\n`;

async function told(lines: readonly string[], progress: typeof pullProgress): Promise<readonly string[]> {
  const steps: string[] = [];
  const onMessage = progress('x:1', (step) => steps.push(step));
  await followProgress(Readable.from(lines), onMessage, new AbortController().signal);
  return steps;
}

test('what comes is told when a tenth more of it is here', async () => {
  const lines = [
    layer('Downloading', 'a', 1e6, 10e6),
    layer('Downloading', 'a', 1.5e6, 10e6),
    layer('Extracting', 'a', 9e6, 10e6),
    layer('Downloading', 'b', 9e6, 10e6),
  ];
  expect(await told(lines, pullProgress)).toEqual(['x:1 is pulled: 1 of 10 MB', 'x:1 is pulled: 11 of 20 MB']);
});

test('what goes is told likewise, and is never more than all of it', async () => {
  const lines = [
    layer('Pushing', 'a', 5e6, 10e6),
    layer('Downloading', 'b', 1e6, 2e6),
    layer('Pushing', 'a', 12e6, 10e6),
  ];
  expect(await told(lines, pushProgress)).toEqual(['x:1 is pushed: 5 of 10 MB', 'x:1 is pushed: 10 of 10 MB']);
});

test('what the Engine says has failed is the error', async () => {
  await expect(told(['{"status":"Preparing"}\n', '{"error":"denied"}\n'], pushProgress)).rejects.toThrow('denied');
});
