import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Mask } from '../shapes/mask.ts';
import { endOfLog, hintFor, logTail, readLogEnd } from './log-tail.ts';

test('the last lines that say something', () => {
  const log = `${Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n')}\n\n`;
  expect(logTail(log)).toHaveLength(15);
  expect(logTail(log).at(-1)).toBe('line 19');
  expect(logTail('')).toEqual([]);
});

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'log-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const file = path.join(folder, 'a.log');
  await writeFile(file, text);
  return file;
}

test('a file from its end, whole lines of the last mebibyte', async () => {
  const line = `${'x'.repeat(99)}\n`;
  const read = await readLogEnd(await fileOf(line.repeat(20_000)));
  expect(read.length).toBe(Math.floor(2 ** 20 / 100) * 100);
  expect(read.startsWith('x'.repeat(99))).toBe(true);
  expect(await readLogEnd(await fileOf('one\ntwo\n'), 4)).toBe('two\n');
  expect(await readLogEnd(path.join(os.tmpdir(), 'no-such.log'))).toBe('');
});

test('a file larger than any string', async () => {
  const file = await fileOf('');
  const handle = await open(file, 'r+');
  // A hole takes no room on the disk.
  await handle.write('\nthe last word\n', 3 * 2 ** 30);
  await handle.close();
  expect(logTail(await readLogEnd(file))).toEqual(['the last word']);
});

test('one line that is longer than all that is kept, by its end', () => {
  const kept = endOfLog(Buffer.from('x'.repeat(2 ** 20 + 5)));
  expect(kept.length).toBe(1 + 2 ** 20);
  expect(kept.startsWith('…x')).toBe(true);
});

test('a secret that is cut is known again', () => {
  const mask = new Mask();
  mask.add('TOKEN', 'ß-s3cret-token');
  for (const end of ['', '\n']) {
    const log = `ß-s3cret-token${'x'.repeat(2 ** 20 - 13 - end.length)}${end}`;
    expect(mask.masked(endOfLog(Buffer.from(log))).slice(0, 12)).toBe('…${TOKEN}xxx');
  }
});

test('JSON lines as their text, others as they are', () => {
  const log = ['{"level":50,"msg":"it broke","err":{"message":"no route"}}', '{"a":1}', '{ no json'].join('\n');
  expect(logTail(log)).toEqual(['it broke: no route', '{"a":1}', '{ no json']);
});

test('what to do, where the log tells', () => {
  expect(hintFor(['could not write: No space left on device'], '/tmp/run')).toMatch(/\/tmp\/run.*TMPDIR/);
  expect(hintFor(['something else'], '/tmp/run')).toBeUndefined();
});
