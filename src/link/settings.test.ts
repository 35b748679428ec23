import { describe, expect, it } from 'vitest';
import { UsageError } from '../model/errors.ts';
import { readSettings } from './settings.ts';

const problems = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): readonly string[] => {
  try {
    readSettings(args, environment);
  } catch (error) {
    if (error instanceof UsageError) return error.details;
    throw error;
  }
  return [];
};

describe('the settings of the link', () => {
  it('are links by name, as arguments', () => {
    expect(readSettings(['redis=16379:10.0.0.7:6379', 'db=0:[::1]:5432'], {})).toEqual({
      host: '127.0.0.1',
      controlPort: 0,
      seed: 1,
      pairs: [
        { name: 'redis', port: 16_379, to: { host: '10.0.0.7', port: 6379 } },
        { name: 'db', port: 0, to: { host: '::1', port: 5432 } },
      ],
    });
  });

  it('or in the environment, as the rest', () => {
    const environment = { LINKS: 'redis=1:cache:2  db=3:db:4', HOST: '0.0.0.0', CONTROL_PORT: '9000', SEED: '7' };
    expect(readSettings([], environment)).toMatchObject({
      host: '0.0.0.0',
      controlPort: 9000,
      seed: 7,
      pairs: [{ name: 'redis' }, { name: 'db' }],
    });
  });

  it.each([
    ['no link', [], /at least one link is needed/],
    ['no target', ['redis=16379'], /^LINKS: "redis=16379" has to be NAME=PORT:HOST:PORT/],
    ['no such port', ['redis=70000:cache:6379'], /^LINKS: has to be a port$/],
    ['a name twice', ['a=1:x:2', 'a=3:y:4'], /a name of its own/],
  ])('refuse %s', (_what, args, message) => {
    expect(problems(args)).toEqual([expect.stringMatching(message)]);
  });

  it('name every problem', () => {
    expect(problems([], { CONTROL_PORT: 'x', SEED: '-1' })).toEqual([
      'CONTROL_PORT: has to be a port',
      'SEED: has to be a whole number',
      expect.stringContaining('LINKS: at least one'),
    ]);
  });
});
