import type { ExpectedAnswer } from './drawn-request.ts';
import type { ErrorKind } from './job.ts';

/** What is wrong with a whole answer; undefined where it is right. The body is only read where the check asks for a text. */
export function faultOf(expected: ExpectedAnswer, status: number, body: readonly Buffer[]): ErrorKind | undefined {
  const rightStatus = expected.status === undefined ? status < 400 : status === expected.status;
  if (!rightStatus) {
    if (status >= 400 && status < 500) return 'status-4xx';
    if (status >= 500 && status < 600) return 'status-5xx';
    return 'wrong-answer';
  }
  if (expected.contains === undefined) return undefined;
  // Bytes are searched, not text: a chunk may end within a character.
  const [only] = body;
  const whole = only !== undefined && body.length === 1 ? only : Buffer.concat(body);
  return whole.includes(expected.contains) ? undefined : 'wrong-answer';
}

/** Why a connection that failed gave no answer. */
export function failureOf(error: Error): ErrorKind {
  switch ('code' in error ? error.code : undefined) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
      return 'reset';
    // The kernel's own, for packets that were never acknowledged.
    case 'ETIMEDOUT':
      return 'timed-out';
    default:
      return 'other';
  }
}
