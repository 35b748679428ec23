import { describe, expect, it, test } from 'vitest';
import {
  type Owner,
  type Place,
  isLeftOver,
  isLeftRunning,
  nobody,
  ownerLabel,
  ownerOfRun,
  parseOwnerLabel,
  parseProcStat,
  parsePsStatus,
  processStatus,
  stateOf,
  statusByPs,
} from './owner.ts';

const place = { boot: 'eabd2bb0', pidNamespace: 4026531836, host: '1a2b3c4d' };

test.each(['a', '2025-11-21T22-30-00', 'x_1.2-3', 'a-1-2-3-4'])(
  'the label of run %s is read back as it was made',
  (runId) => {
    const owner = { runId, pid: 17, start: 12345, place };
    expect(ownerLabel(owner)).toBe(`scale-lab-${runId}-17-12345-eabd2bb0-4026531836-h1a2b3c4d`);
    expect(parseOwnerLabel(ownerLabel(owner))).toEqual(owner);
  },
);

test.each([
  'scale-lab',
  'scale-lab-notes',
  'scale-lab-run-1-2',
  'scale-lab-run-1-2-0',
  'scale-lab-run-1-2-0-',
  'scale-lab-run-1-2-0-0',
  'scale-lab-run-1-2-eabd2bb0-4026531836',
  'scale-lab-run-1-2-0-0-0',
  'xscale-lab-run-1-2-0-0-h0',
  'scale-lab-r-1-2-0-0-h0x',
  'scale-lab-r-1-2-boot-0-h0',
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

test('ps of this machine understands what it is asked', async (context) => {
  const status = await statusByPs(process.pid).catch(() => undefined);
  if (status === undefined) context.skip('there is no ps');
  expect(status).toMatchObject({ parent: process.ppid, zombie: false });
});

describe('an owner', () => {
  /** What is told of one: its state, what is skipped, and whether it would be removed. */
  async function fateOf(owner: Owner) {
    const told: string[] = [];
    const onSkip = (sentence: string): void => void told.push(sentence);
    const [clean, down] = [await isLeftOver(owner, onSkip), await isLeftRunning(owner, onSkip)];
    return { state: await stateOf(owner), clean, down, told };
  }
  const left = { clean: false, down: false, told: [] };

  it('is alive as long as its process is, and that process only', async () => {
    const owner = await ownerOfRun('run');
    expect(owner.start).toBeGreaterThan(0);
    expect(owner.start).toBe((await processStatus(process.pid))?.start);
    expect(await fateOf(owner)).toEqual({ ...left, state: 'alive' });
    expect(await fateOf({ ...owner, start: owner.start + 1 })).toEqual({ ...left, state: 'ended', clean: true });
    expect(await fateOf({ ...owner, pid: 2 ** 30 })).toEqual({ ...left, state: 'ended', clean: true });
  });

  it('is gone after another boot of its machine, whatever has its number now', async () => {
    const owner = await ownerOfRun('run');
    const before = { ...owner, place: { ...owner.place, boot: '0badb007' } };
    expect(await fateOf(before)).toEqual({ ...left, state: 'ended', clean: true });
  });

  it('is left alone where its process cannot be seen, and that is told', async () => {
    const told = (where: string) => [`the run run was started ${where}, and is left alone`];
    for (const isDetached of [false, true]) {
      const owner = await ownerOfRun('run', isDetached);
      for (const boot of [owner.place.boot, '0badb007']) {
        const elsewhere = (change: Partial<Place>) =>
          fateOf({ ...owner, pid: isDetached ? 0 : 2 ** 30, place: { ...owner.place, boot, ...change } });
        expect(await elsewhere({ pidNamespace: 1 })).toEqual({
          ...left,
          state: 'elsewhere',
          told: told('in another container (pid namespace)'),
        });
        expect(await elsewhere({ host: '0' })).toEqual({
          ...left,
          state: 'elsewhere',
          told: told('on another machine'),
        });
      }
    }
  });

  it('of what was left running on purpose is nobody, and only that is ended by `down`', async () => {
    for (const owner of [await ownerOfRun('run', true), nobody('run')]) {
      expect(await fateOf(owner)).toMatchObject({ clean: false, down: true, told: [] });
    }
  });
});
