import { expect, test } from 'vitest';
import { inheritedEnvironment } from './environment.ts';

test('services inherit nothing that would change how they behave', () => {
  expect(inheritedEnvironment({ PATH: '/bin', NODE_OPTIONS: '--inspect', PGPORT: '1', HOME: undefined })).toEqual({
    LC_ALL: 'C',
    PATH: '/bin',
  });
});
