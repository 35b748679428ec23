import os from 'node:os';
import { expect, test } from 'vitest';
import { nobody } from '../../machine/owner.ts';
import { hostOf, label, ownerOf, runLabels } from './labels.ts';

test('an owner is read back as it was written', () => {
  const place = { boot: 'eabd2bb0', pidNamespace: 4026531836, host: '1a2b3c4d' };
  const owner = { runId: '20261121-224003-3fa9', pid: 17, start: 12345, place };
  expect(runLabels(owner, 'here')[label.owner]).toBe('17-12345-eabd2bb0-4026531836-h1a2b3c4d');
  expect(ownerOf(runLabels(owner, 'here'))).toEqual(owner);
  expect(ownerOf(runLabels(nobody('x'), 'here'))).toEqual(nobody('x'));
  expect(runLabels(nobody('x'), 'here')).toEqual({
    'scale-lab.run': 'x',
    'scale-lab.owner': 'detached',
    'scale-lab.host': 'here',
  });
});

test.each([
  {},
  { [label.run]: 'x' },
  { [label.run]: 'x', [label.owner]: 'me' },
  { [label.run]: 'x', [label.owner]: '1-2' },
  { [label.run]: 'x', [label.owner]: '1-2-0-0' },
  { [label.owner]: '1-2-0-0-h0' },
])('%j are not the labels of a run', (labels) => {
  expect(ownerOf(labels)).toBeUndefined();
});

test('the host is this machine, unless it is given another name', () => {
  expect(hostOf({})).toBe(os.hostname());
  expect(hostOf({ SCALE_LAB_HOST: 'runner-7' })).toBe('runner-7');
});
