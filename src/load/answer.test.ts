import { describe, expect, it } from 'vitest';
import { failureOf, faultOf } from './answer.ts';

const body = (...parts: (string | Buffer)[]): Buffer[] => parts.map((part) => Buffer.from(part));
const contains = (text: string): { status: undefined; contains: Buffer } => ({
  status: undefined,
  contains: Buffer.from(text),
});

describe('faultOf', () => {
  it.each([
    [undefined, 200, undefined],
    [undefined, 304, undefined],
    [undefined, 404, 'status-4xx'],
    [undefined, 503, 'status-5xx'],
    [404, 404, undefined],
    [503, 503, undefined],
    [404, 200, 'wrong-answer'],
    [200, 302, 'wrong-answer'],
    [200, 429, 'status-4xx'],
    [404, 500, 'status-5xx'],
  ] as const)('with %s wanted, takes %i for %s', (status, got, fault) => {
    expect(faultOf({ status, contains: undefined }, got, [])).toBe(fault);
  });

  it('looks for a text in the whole body, wherever it was cut', () => {
    const [first = Buffer.alloc(0)] = body('{"title":"Grüße"}');
    expect(faultOf(contains('Grüße'), 200, [first.subarray(0, 13), first.subarray(13)])).toBeUndefined();
    expect(faultOf(contains('Gruß'), 200, [first])).toBe('wrong-answer');
    expect(faultOf(contains('x'), 200, [])).toBe('wrong-answer');
    expect(faultOf(contains('x'), 500, body('x'))).toBe('status-5xx');
  });
});

describe('failureOf', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['EPIPE', 'reset'],
    ['ETIMEDOUT', 'timed-out'],
    ['ENOTFOUND', 'other'],
    ['HPE_INVALID_CONSTANT', 'other'],
  ] as const)('takes %s for %s', (code, kind) => {
    expect(failureOf(Object.assign(new Error(code), { code }))).toBe(kind);
  });

  it('takes an error without a code for other', () => {
    expect(failureOf(new Error('Parse Error'))).toBe('other');
  });
});
