import { describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../model/failures.ts';
import type { ExpectedAnswer } from '../requests/drawn-request.ts';
import { AnswerCheck } from './answer.ts';

/** What a check makes of an answer whose body comes in these pieces, each of which is written over by the next one. */
function faultOf(
  expected: ExpectedAnswer,
  status: number,
  ...pieces: readonly (string | Buffer)[]
): ErrorKind | undefined {
  const check = new AnswerCheck();
  check.begin(expected);
  const place = Buffer.alloc(10_000);
  for (const piece of pieces) check.readBody(status, place, 5, 5 + Buffer.from(piece).copy(place, 5));
  return check.faultOf(status);
}

const contains = (text: string): ExpectedAnswer => ({ status: undefined, contains: Buffer.from(text) });

describe('AnswerCheck', () => {
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
    expect(faultOf({ status, contains: undefined }, got)).toBe(fault);
  });

  it('looks for a text in the whole body, wherever it is cut', () => {
    const body = Buffer.from('{"title":"Gr\u00fc\u00dfe"}');
    for (let cut = 0; cut <= body.length; cut++) {
      const pieces = [body.subarray(0, cut), body.subarray(cut)];
      expect(faultOf(contains('Gr\u00fc\u00dfe'), 200, ...pieces)).toBeUndefined();
      expect(faultOf(contains('Gru\u00df'), 200, ...pieces)).toBe('wrong-answer');
    }
    const bytewise = Array.from(body, (_, at) => body.subarray(at, at + 1));
    expect(faultOf(contains('"Gr\u00fc\u00dfe"'), 200, ...bytewise)).toBeUndefined();
    expect(faultOf(contains('"Gr\u00fc\u00dfe".'), 200, ...bytewise)).toBe('wrong-answer');
    expect(faultOf(contains('x'), 200)).toBe('wrong-answer');
    expect(faultOf(contains('x'), 500, 'x')).toBe('status-5xx');
  });

  it('forgets the answer before', () => {
    const check = new AnswerCheck();
    const read = (status: number, text: string): unknown => {
      check.begin(contains('abc'));
      check.readBody(status, Buffer.from(text), 0, text.length);
      return [check.faultOf(status), check.sampleOf(undefined).bytes.toString()];
    };
    expect(read(200, '..ab')).toEqual(['wrong-answer', '..ab']);
    expect(read(200, 'c..')).toEqual(['wrong-answer', 'c..']);
    expect(read(200, 'abc')).toEqual([undefined, '']);
    expect(read(404, 'abc')).toEqual(['status-4xx', 'abc']);
  });

  it('keeps the first 2 KiB of a wrong answer, and of a right one nothing', () => {
    const check = new AnswerCheck();
    const piece = Buffer.from('x'.repeat(1500));
    for (const [status, kept] of [
      [500, 2048],
      [200, 0],
    ] as const) {
      check.begin({ status: undefined, contains: undefined });
      for (let count = 0; count < 3; count++) check.readBody(status, piece, 0, piece.length);
      expect(check.sampleOf('gzip')).toMatchObject({ encoding: 'gzip', bytes: { length: kept } });
    }
  });
});
