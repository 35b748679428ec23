import { beforeEach, describe, expect, it } from 'vitest';

import { UNWATCHED } from '../timing/stopwatch.ts';
import { countedStore } from './counted-store.ts';
import { localStore } from './local-store.ts';
import type { Values } from './store.ts';

const LONG_MS = 600_000;

let commands: number;
let shared: Values;

/** What all processes share, as far as it matters here. */
beforeEach(() => {
  const texts = new Map<string, string>();
  commands = 0;
  const map: Values = {
    get: (key) => Promise.resolve(texts.get(key)),
    set: (key, text) => Promise.resolve(void texts.set(key, text)),
    delete: (key) => Promise.resolve(void texts.delete(key)),
    lock: () => Promise.resolve('token'),
    unlock: () => Promise.resolve(),
  };
  shared = countedStore(map, () => (commands += 1));
});

const get = (store: Values, key: string) => store.get(key, UNWATCHED);
const set = (store: Values, key: string, text: string) => store.set(key, text, LONG_MS, UNWATCHED);

describe('a local store', () => {
  it('asks the shared one once for what many want', async () => {
    await set(shared, 'key', 'value');
    commands = 0;
    const local = localStore(shared, 10, LONG_MS);
    for (let i = 0; i < 5; i++) expect(await get(local, 'key')).toBe('value');
    expect(commands).toBe(1);
  });

  it('asks once for all who want it at the same time', async () => {
    await set(shared, 'key', 'value');
    commands = 0;
    const local = localStore(shared, 10, LONG_MS);
    expect(await Promise.all([1, 2, 3].map(() => get(local, 'key')))).toEqual(['value', 'value', 'value']);
    expect(commands).toBe(1);
  });

  it('asks again for what was not there', async () => {
    const local = localStore(shared, 10, LONG_MS);
    expect(await get(local, 'key')).toBeUndefined();
    await set(shared, 'key', 'value');
    expect(await get(local, 'key')).toBe('value');
  });

  it('has what it was told itself at once, and not what another process was', async () => {
    const [one, other] = [localStore(shared, 10, LONG_MS), localStore(shared, 10, LONG_MS)];
    await set(one, 'key', 'old');
    await get(other, 'key');
    await set(one, 'key', 'new');
    expect([await get(one, 'key'), await get(other, 'key')]).toEqual(['new', 'old']);
    await one.delete('key', UNWATCHED);
    expect([await get(one, 'key'), await get(other, 'key')]).toEqual([undefined, 'old']);
  });

  it('has it again when its time is over', async () => {
    const [one, other] = [localStore(shared, 10, LONG_MS), localStore(shared, 10, 1)];
    await set(one, 'key', 'old');
    await get(other, 'key');
    await set(one, 'key', 'new');
    await expect.poll(() => get(other, 'key')).toBe('new');
  });

  it('makes room for what is read', async () => {
    const local = localStore(shared, 2, LONG_MS);
    for (const key of ['a', 'b']) await set(local, key, key);
    await get(local, 'a');
    await set(local, 'c', 'c');
    commands = 0;
    for (const key of ['a', 'c', 'b']) expect(await get(local, key)).toBe(key);
    expect(commands).toBe(1);
  });

  it('leaves locks to the shared one', async () => {
    const local = localStore(shared, 10, LONG_MS);
    expect(await local.lock('key', LONG_MS, UNWATCHED)).toBe('token');
    await local.unlock('key', 'token', UNWATCHED);
    expect(commands).toBe(2);
  });
});
