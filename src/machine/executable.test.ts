import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireExecutable } from './executable.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'executable-'))));
afterEach(async () => rm(folder, { recursive: true }));

const shop = { name: 'shop-server', debian: 'shop', homebrew: 'shops' };

test('a program is taken from where its package has it, before PATH', async () => {
  await writeFile(path.join(folder, shop.name), '', { mode: 0o755 });
  const itself = { ...shop, firstIn: [folder] };
  expect(await requireExecutable(itself, { PATH: '/bin' })).toBe(path.join(folder, shop.name));
});

test('a program is taken from where a variable says that it is', async () => {
  const home = await mkdtemp(path.join(folder, 'home-'));
  await mkdir(path.join(home, 'bin'));
  await writeFile(path.join(home, 'bin', shop.name), '', { mode: 0o755 });
  const itself = { name: shop.name, home: 'SHOP_HOME', hint: 'Build it.' };
  const found = path.join(home, 'bin', shop.name);
  expect(await requireExecutable(itself, { PATH: '/bin', SHOP_HOME: home })).toBe(found);
  const missing = requireExecutable(itself, { PATH: '/bin', SHOP_HOME: '' });
  await expect(missing).rejects.toThrow('shop-server is not on PATH, nor in bin of SHOP_HOME.');
  await expect(missing).rejects.toMatchObject({ hint: 'Build it.' });
});

test('one that is missing is named, with the packages that bring it', async () => {
  const missing = requireExecutable({ ...shop, firstIn: [folder] }, { PATH: folder });
  await expect(missing).rejects.toThrow('shop-server is not on PATH.');
  const hint: unknown = expect.stringMatching(/^Install it: .*brew install shops/);
  await expect(missing).rejects.toMatchObject({ hint });
});
