import { describe, expect, it } from 'vitest';
import { failureOf, inHandshake, isRefusal } from './failure.ts';

const coded = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe('failureOf', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ETIMEDOUT', 'timed-out'],
    ['EPROTO', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['EMFILE', 'out-of-files'],
    ['ENFILE', 'out-of-files'],
    ['EADDRNOTAVAIL', 'out-of-ports'],
    ['ENOBUFS', 'out-of-memory'],
    ['ENOTFOUND', 'no-such-name'],
    ['EAI_AGAIN', 'no-such-name'],
    ['EHOSTUNREACH', 'no-route'],
    ['ENETUNREACH', 'no-route'],
    ['EPERM', 'not-allowed'],
    ['ESOMETHING', 'other'],
  ] as const)('takes %s for %s, and keeps the words', (code, kind) => {
    expect(failureOf(coded(code))).toEqual({ kind, words: `connect ${code}` });
  });

  it('takes an error without a code for other', () => {
    expect(failureOf(new Error('what is this'))).toEqual({ kind: 'other', words: 'what is this' });
  });

  it('counts what one address of a name said before what this machine could not reach', () => {
    const both = new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')], '');
    expect(failureOf(both)).toEqual({ kind: 'refused', words: 'connect ENETUNREACH; connect ECONNREFUSED' });
    expect(failureOf(new AggregateError([coded('ENETUNREACH')]))).toMatchObject({ kind: 'no-route' });
  });

  it('tells what the own machine refuses from the errors of a server', () => {
    const refusals = ['EMFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOTFOUND', 'ENETUNREACH', 'EACCES'];
    expect(refusals.map((code) => isRefusal(failureOf(coded(code)).kind))).toEqual(refusals.map(() => true));
    expect((['refused', 'reset', 'timed-out', 'tls', 'other'] as const).some(isRefusal)).toBe(false);
  });

  it('takes a handshake that is broken off for a refusal of TLS, and not one that takes too long', () => {
    expect(inHandshake(failureOf(coded('ECONNRESET')))).toEqual({ kind: 'tls', words: 'connect ECONNRESET' });
    expect(inHandshake(failureOf(coded('ETIMEDOUT'))).kind).toBe('timed-out');
    expect(inHandshake(failureOf(coded('EMFILE'))).kind).toBe('out-of-files');
  });
});
