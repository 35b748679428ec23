import { expect, test } from 'vitest';
import { isAlive, ownerLabel, parseOwnerLabel, parseProcStat, parsePsStatus, thisOwner } from './owner.ts';

test('a label is read back as it was made, whatever the run is called', () => {
  for (const runId of ['a', '2025-11-21T22-30-00', 'x_1.2-3']) {
    const owner = { runId, pid: 17, start: 12345 };
    expect(parseOwnerLabel(ownerLabel(owner))).toEqual(owner);
  }
});

test.each([
  'scale-lab',
  'scale-lab-notes',
  'scale-lab-run-1',
  'scale-lab-run-1-',
  'xscale-lab-run-1-2',
  'scale-lab-r-1-2x',
])('%s is not a label', (name) => {
  expect(parseOwnerLabel(name)).toBeUndefined();
});

test('reads /proc/<pid>/stat, with a command that looks like the rest of it', () => {
  const text = '42 (a) S 1 (b) Z 7 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 178435 1000 100';
  expect(parseProcStat(text)).toEqual({ parent: 7, start: 178435, zombie: true });
  expect(parseProcStat('')).toBeUndefined();
});

test('reads what ps says', () => {
  expect(parsePsStatus('Ss   1 Fri Nov 21 22:29:05 2025    \n')).toEqual({
    parent: 1,
    start: Date.UTC(2025, 10, 21, 22, 29, 5) / 1000,
    zombie: false,
  });
  expect(parsePsStatus('')).toBeUndefined();
});

test('an owner is alive as long as its process is, and that process only', async () => {
  const owner = await thisOwner('run');
  expect(owner.start).toBeGreaterThan(0);
  expect(await isAlive(owner)).toBe(true);
  expect(await isAlive({ ...owner, start: owner.start + 1 })).toBe(false);
  expect(await isAlive({ ...owner, pid: 2 ** 30 })).toBe(false);
});
