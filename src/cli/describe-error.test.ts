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

  it('calls everything else a bug, without a stack trace', () => {
    const { text, exitCode } = describeError(new TypeError('x is not a function'), false);
    expect(exitCode).toBe(4);
    expect(text).toContain('error: x is not a function\n');
    expect(text).toContain('bug in scale-lab');
    expect(text).not.toContain('    at ');
  });
});
