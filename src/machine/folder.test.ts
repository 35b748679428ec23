import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder, writeWhole } from './folder.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), 'folder-'));
  onTestFinished(async () => rm(made, { recursive: true }));
  return made;
}

it('folders are made one by one, also by two at the same time', async () => {
  const deep = path.join(await folder(), 'a', 'b', 'c');
  await Promise.all([makeFolder(deep), makeFolder(deep)]);
  await writeWhole(path.join(deep, 'file'), 'text');
  expect(await readFile(path.join(deep, 'file'), 'utf8')).toBe('text');
});

it('a folder that cannot be made is refused at once', async () => {
  await expect(makeFolder('/proc/nope/x')).rejects.toThrow(/nope/);
});

it('of a file that cannot be written nothing is left', async () => {
  const place = await folder();
  await mkdir(path.join(place, 'taken'));
  await expect(writeWhole(path.join(place, 'taken'), 'text')).rejects.toThrow();
  expect(await readdir(place)).toEqual(['taken']);
});
