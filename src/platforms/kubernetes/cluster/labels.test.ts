import { expect, test } from 'vitest';
import { hostIdentity, labelValue, selector } from './labels.ts';

const valid = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

test.each(['laptop', '-Anna’s MacBook.local-', 'a'.repeat(100), `${'b'.repeat(62)}-c`, '日本'])(
  'a label may hold what is made of %s',
  (text) => {
    const value = labelValue(text);
    if (value !== '') expect(value).toMatch(valid);
  },
);

test('a machine is told from others of its name, and is the same every time', async () => {
  const identity = await hostIdentity({});
  expect(identity).toMatch(valid);
  expect(identity).toMatch(/-[0-9a-f]{8}$/);
  expect(await hostIdentity({})).toBe(identity);
  expect(await hostIdentity({ SCALE_LAB_HOST: 'build farm' })).toBe('build-farm');
});

test('a selector asks for all of its labels', () => {
  expect(selector({ 'scale-lab.run': '1', 'scale-lab.service': 'app' })).toBe('scale-lab.run=1,scale-lab.service=app');
});
