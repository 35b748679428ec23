import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder, writeTo, writeWhole } from './folder.ts';

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

it('what was there before is there still where the disk is full', async (context) => {
  if (!existsSync('/dev/full')) context.skip('there is no /dev/full');
  const place = await folder();
  const file = path.join(place, 'run.json');
  await writeWhole(file, 'old');
  // A disk without room for the draft.
  await symlink('/dev/full', `${file}.${process.pid}.part`);
  await expect(writeWhole(file, 'new')).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(await readdir(place)).toEqual(['run.json']);
  expect(await readFile(file, 'utf8')).toBe('old');
});

it('writes through a link to the file that it leads to', async () => {
  const place = await folder();
  await writeFile(path.join(place, 'file'), 'old');
  await symlink('file', path.join(place, 'link'));
  await writeTo(path.join(place, 'link'), 'new');
  expect(await readlink(path.join(place, 'link'))).toBe('file');
  expect(await readFile(path.join(place, 'file'), 'utf8')).toBe('new');
  expect(await readdir(place)).toEqual(['file', 'link']);
});

it('writes to a file that is open through its descriptor, and puts no other in its place', async (context) => {
  if (!existsSync('/dev/fd')) context.skip('there is no /dev/fd');
  const file = path.join(await folder(), 'out');
  await using opened = await open(file, 'w+');
  await writeTo(`/dev/fd/${opened.fd}`, 'text');
  expect((await stat(file)).ino).toBe((await opened.stat()).ino);
  expect(await readFile(file, 'utf8')).toBe('text');
});

it('writes to what is no file as it is', async (context) => {
  if (!existsSync('/dev/full')) context.skip('there is no /dev/full');
  await expect(writeTo('/dev/full', 'text')).rejects.toMatchObject({ code: 'ENOSPC' });
  await writeTo('/dev/null', 'text');
  expect((await readdir('/dev')).filter((name) => name.endsWith('.part'))).toEqual([]);
});
