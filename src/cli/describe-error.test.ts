import { describe, expect, it } from 'vitest';
import { Interruption, LabError, UsageError } from '../model/errors.ts';
import { describeError } from './describe-error.ts';

describe('describeError', () => {
  it('tells sentence, the log that explains it, and the hint', () => {
    const error = new LabError('PostgreSQL did not start.', {
      hint: 'Free some memory.',
      details: ['FATAL: no memory'],
    });
    expect(describeError(error, false)).toEqual({
      text: 'error: PostgreSQL did not start.\n  FATAL: no memory\n  hint: Free some memory.\n',
      exitCode: 4,
    });
  });

  it('takes the exit code from the kind of error', () => {
    expect(describeError(new UsageError('No such scenario.'), false).exitCode).toBe(2);
    expect(describeError(new Interruption('SIGINT'), false).exitCode).toBe(130);
    expect(describeError(new Interruption('SIGTERM'), false).exitCode).toBe(143);
  });

  it('tells what went wrong first, and that the clean-up failed after it', async () => {
    const work = async (): Promise<void> => {
      await using _ = { [Symbol.asyncDispose]: () => Promise.reject(new LabError('The network is in use.')) };
      await Promise.reject(new UsageError('No such scenario.'));
    };
    const thrown: unknown = await work().catch((error: unknown) => error);
    expect(describeError(thrown, false)).toEqual({
      text: 'error: No such scenario.\n  the clean-up failed: The network is in use.\n',
      exitCode: 2,
    });
  });

  it('calls everything else a bug, without a stack trace', () => {
    const { text, exitCode } = describeError(new TypeError('x is not a function'), false);
    expect(exitCode).toBe(4);
    expect(text).toContain('error: x is not a function\n');
    expect(text).toContain('bug in scale-lab');
    expect(text).not.toContain('    at ');
  });
});
