import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../model/failures.ts';
import { Mask } from '../../shapes/mask.ts';
import { AnswerCheck } from '../http/answer.ts';
import { ResponseParser } from '../http/response-parser.ts';
import { DrawnRequest } from '../requests/drawn-request.ts';
import { Origin } from '../requests/origin.ts';
import { Causes, mergeCauses, type CauseParts } from './causes.ts';

function drawn(path: string, headers: Readonly<Record<string, string>> = {}): DrawnRequest {
  const request = { name: `POST ${path}`, method: 'POST', path, body: undefined, headers };
  return new DrawnRequest(request, { status: undefined, contains: undefined });
}

function causeOf(parts: Partial<CauseParts>): Cause | undefined {
  const causes = new Causes();
  causes.note('status-5xx', 10, { request: drawn('/'), ...parts });
  return causes.finish()[0];
}

const bodyOf = (bytes: Buffer, encoding?: string) => causeOf({ sample: { bytes, encoding } })?.body;

describe('Causes', () => {
  it('keeps the first example of each kind, whatever comes after', () => {
    const causes = new Causes();
    causes.note('reset', 5, { request: drawn('/a'), words: 'read ECONNRESET' });
    causes.note('status-5xx', 7, {
      request: drawn('/b'),
      status: 503,
      sample: { bytes: Buffer.from('busy\n'), encoding: undefined },
    });
    causes.note('reset', 9, { request: drawn('/c'), words: 'later' });
    expect(causes.finish()).toEqual([
      { kind: 'reset', atMs: 5, request: 'POST /a', words: 'read ECONNRESET' },
      { kind: 'status-5xx', atMs: 7, request: 'POST /b', status: 503, body: 'busy' },
    ]);
  });

  it('decompresses what there is of a body, and no bomb', () => {
    const text = '{"error":"the pool is exhausted"}';
    const long = Buffer.from(text + Array.from({ length: 5000 }, (_, index) => Math.sin(index)).join());
    for (const [encoding, compressed] of [
      ['gzip', gzipSync(text)],
      ['x-gzip', gzipSync(text)],
      ['deflate', deflateSync(text)],
      ['deflate', deflateRawSync(text)],
      ['br', brotliCompressSync(text)],
      ['identity', Buffer.from(text)],
    ] as const) {
      expect(bodyOf(compressed, encoding)).toBe(text);
    }
    for (const [encoding, compressed] of [
      ['gzip', gzipSync(long)],
      ['br', brotliCompressSync(long)],
    ] as const) {
      expect(bodyOf(compressed.subarray(0, 2048), encoding)?.slice(0, text.length)).toBe(text);
    }
    const bomb = gzipSync(Buffer.alloc(50_000_000)).subarray(0, 2048);
    expect(bodyOf(bomb, 'gzip')).toBe('(2048 bytes of gzip)');
    expect(bodyOf(Buffer.from(text), 'gzip')).toBe(`(${text.length} bytes of gzip)`);
    expect(bodyOf(Buffer.from(text), 'zstd')).toBe(`(${text.length} bytes of zstd)`);
  });

  it('shows nothing that a terminal would obey, and never more than a line', () => {
    expect(bodyOf(Buffer.from('\u001b[31mred\u0007\r\n::error::\u202ex\u00e9'))).toBe(
      '\\x1b[31mred\\x07\\r\\n::error::\\u{202e}x\u00e9',
    );
    expect(bodyOf(Buffer.from([0xff, 0x41, 0x80]))).toBe('\u00ffA\\x80');
    // A character that is cut off at the end is left away.
    expect(bodyOf(Buffer.from('caf\u00e9').subarray(0, 4))).toBe('caf');
    expect(bodyOf(Buffer.from('x'.repeat(2000)))).toBe(`${'x'.repeat(159)}\u2026`);
    expect(causeOf({ words: 'y'.repeat(2000) })?.words).toHaveLength(160);
    expect(causeOf({ request: drawn(`/${'z'.repeat(2000)}`) })?.request).toHaveLength(160);
  });

  it('holds no value of a header field that is a credential, wherever it turns up', () => {
    const request = drawn('/?key=k-123456', {
      Authorization: 'Bearer secret-token',
      Cookie: 'session=abcdef; theme=dark-blue',
      'X-Api-Key': 'k-123456',
      Accept: 'text/plain',
    });
    request.bytesFor(new Origin('http://user:pass%20word@127.0.0.1:1', 0));
    const told = 'no secret-token, abcdef or k-123456 of text/plain';
    const cause = causeOf({
      request,
      sample: { bytes: Buffer.from(told), encoding: undefined },
      words: 'Bearer secret-token',
    });
    expect(cause).toMatchObject({ request: 'POST /?key=***', body: 'no ***, *** or *** of text/plain', words: '***' });
    const plain = drawn('/');
    plain.bytesFor(new Origin('http://user:pass%20word@127.0.0.1:1', 0));
    const basic = Buffer.from('user:pass word').toString('base64');
    expect(causeOf({ request: plain, words: `${basic} is user:pass word, or pass word` })?.words).toBe(
      '*** is ***, or ***',
    );
  });
});

describe('what is left of a secret where a cause is shortened', () => {
  const secret = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const mask = new Mask();
  mask.add('TOKEN', secret);
  const pieces = Array.from({ length: secret.length - 3 }, (_, at) => secret.slice(at, at + 4));

  it('is nothing at the end of an excerpt, wherever in it that is', () => {
    for (let before = 110; before < 165; before++) {
      const told = `${'.'.repeat(before)}${secret}${'.'.repeat(100)}`;
      const cause = causeOf({ words: told, sample: { bytes: Buffer.from(told), encoding: undefined } });
      for (const text of [cause?.body, cause?.words]) {
        expect(text).toHaveLength(160);
        for (const piece of pieces) expect(mask.masked(text ?? '')).not.toContain(piece);
      }
    }
  });

  it('is nothing at the end of the sample of a body', () => {
    const check = new AnswerCheck();
    check.begin({ status: 200, contains: undefined });
    const long = secret.repeat(100);
    const body = Buffer.from(`${'.'.repeat(50)}${long}${long}`);
    check.readBody(500, body, 0, body.length);
    const whole = new Mask();
    whole.add('LONG', long);
    expect(whole.masked(causeOf({ sample: check.sampleOf(undefined) })?.body ?? '')).toBe(`${'.'.repeat(50)}\${LONG}…`);
  });

  it('is nothing around the place at which an answer is malformed', () => {
    for (let before = 0; before < 120; before++) {
      const parser = new ResponseParser();
      parser.begin(false);
      const name = `${secret}${'.'.repeat(before)}\x00${'.'.repeat(before)}${secret}${'.'.repeat(99)}`;
      const bytes = Buffer.from(`HTTP/1.1 200 OK\r\nx: ${name}\r\n\r\n`);
      expect(parser.read(bytes, bytes.length)).toBe('refused');
      const { kind, words } = parser.problem;
      expect(kind).toBe('malformed');
      for (const piece of pieces) expect(mask.masked(words)).not.toContain(piece);
    }
  });
});

describe('mergeCauses', () => {
  it('takes of each kind the one that came first', () => {
    const cause = (kind: Cause['kind'], atMs: number, request: string): Cause => ({ kind, atMs, request });
    const all = [cause('reset', 30, 'a'), cause('tls', 20, 'b'), cause('reset', 10, 'c'), cause('tls', 25, 'd')];
    expect(mergeCauses(all)).toEqual([cause('reset', 10, 'c'), cause('tls', 20, 'b')]);
  });
});
