import { describe, expect, it } from 'vitest';
import { ResponseParser, type BodyReader, type Progress } from './response-parser.ts';

interface Options {
  readonly headOnly?: boolean;
  readonly keepsBody?: boolean;
}

/** What a parser says to an answer that comes in these pieces, and to the connection's end after them. */
function parse(pieces: readonly string[], { headOnly = false, keepsBody = true }: Options = {}) {
  const parser = new ResponseParser();
  let body = '';
  const keep: BodyReader = { readBody: (_status, bytes, from, to) => (body += bytes.toString('latin1', from, to)) };
  parser.begin(headOnly, keepsBody ? keep : undefined);
  const place = Buffer.alloc(64 * 1024);
  let progress: Progress = 'incomplete';
  for (const piece of pieces) {
    progress = parser.read(place, place.write(piece, 'latin1'));
    if (progress !== 'incomplete') break;
  }
  const { status, persistent, serverTiming, bytes, problem } = parser;
  return { progress, end: parser.end(), status, persistent, serverTiming, bytes, body, problem };
}

/** Every way to cut a text in two, and the text byte by byte. */
function cuts(text: string): readonly (readonly string[])[] {
  return [
    Array.from(text),
    ...Array.from({ length: text.length - 1 }, (_, at) => [text.slice(0, at + 1), text.slice(at + 1)]),
  ];
}

const lengthy = 'HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello';
const chunked =
  'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nServer-Timing: a;dur=1\r\n\r\n' +
  '5;x="\\"y";z\r\nhello\r\n00A\r\n0123456789\r\n0\r\nserver-timing: b;dur=2\r\n\r\n';

describe('ResponseParser', () => {
  it('reads an answer wherever it is cut', () => {
    for (const pieces of [[lengthy], ...cuts(lengthy)]) {
      expect(parse(pieces)).toMatchObject({
        progress: 'whole',
        end: false,
        status: 200,
        persistent: true,
        serverTiming: undefined,
        bytes: lengthy.length,
        body: 'hello',
      });
    }
    for (const pieces of [[chunked], ...cuts(chunked)]) {
      expect(parse(pieces)).toMatchObject({
        progress: 'whole',
        status: 201,
        bytes: chunked.length,
        body: 'hello0123456789',
        serverTiming: 'a;dur=1, b;dur=2',
      });
    }
  });

  it('keeps a body only where it is asked for', () => {
    expect(parse([lengthy], { keepsBody: false })).toMatchObject({ progress: 'whole', body: '' });
    expect(parse([chunked], { keepsBody: false })).toMatchObject({ progress: 'whole', body: '' });
  });

  it('reads one answer after another', () => {
    const parser = new ResponseParser();
    const answers = [chunked, lengthy, 'HTTP/1.1 204 No Content\r\n\r\n', chunked, lengthy.replace('hello', 'HELLO')];
    const read = answers.map((text) => {
      let body = '';
      parser.begin(false, { readBody: (_status, bytes, from, to) => (body += bytes.toString('latin1', from, to)) });
      expect(parser.read(Buffer.from(text), text.length)).toBe('whole');
      return [parser.status, body, parser.serverTiming, parser.bytes];
    });
    expect(read).toEqual([
      [201, 'hello0123456789', 'a;dur=1, b;dur=2', chunked.length],
      [200, 'hello', undefined, lengthy.length],
      [204, '', undefined, answers[2]?.length],
      [201, 'hello0123456789', 'a;dur=1, b;dur=2', chunked.length],
      [200, 'HELLO', undefined, lengthy.length],
    ]);
  });

  it('takes an answer without a length to end with the connection', () => {
    for (const pieces of cuts('HTTP/1.1 200 OK\r\n\r\nall of it')) {
      const read = parse(pieces);
      expect(read).toMatchObject({ progress: 'incomplete', end: true, body: 'all of it', persistent: false });
    }
    expect(parse(['HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nall'])).toMatchObject({ end: true, body: 'all' });
    for (const text of [lengthy, chunked]) expect(parse([text.slice(0, -1)])).toMatchObject({ end: false });
    expect(parse(['HTTP/1.1 200 OK\r\n'])).toMatchObject({ end: false });
  });

  it('expects no body after HEAD, nor with a status that has none', () => {
    expect(parse([lengthy.slice(0, -5)], { headOnly: true })).toMatchObject({ progress: 'whole', persistent: true });
    for (const status of [204, 304]) {
      for (const fields of [
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
        'Content-Length: 5\r\nContent-Length: 6',
        'Content-Length: x',
      ]) {
        expect(parse([`HTTP/1.1 ${status} x\r\n${fields}\r\n\r\n`])).toMatchObject({ progress: 'whole', status });
      }
    }
  });

  it('skips what announces an answer', () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nServer-Timing: no\r\nContent-Length: 7\r\n\r\n';
    for (const pieces of cuts(`HTTP/1.1 100 Continue\r\n\r\n${hints}${lengthy}`)) {
      expect(parse(pieces)).toMatchObject({ progress: 'whole', status: 200, body: 'hello', serverTiming: undefined });
    }
  });

  it('knows whether the connection can be used again', () => {
    const persistent = (version: string, connection: string): boolean =>
      parse([`HTTP/${version} 200 OK\r\n${connection}Content-Length: 0\r\n\r\n`]).persistent;
    expect(persistent('1.1', '')).toBe(true);
    expect(persistent('1.0', '')).toBe(false);
    expect(persistent('1.0', 'Connection: Keep-Alive\r\n')).toBe(true);
    expect(persistent('1.1', 'CONNECTION: x, Close\r\n')).toBe(false);
    expect(persistent('1.1', 'Connection: keep-alive\r\nconnection: close\r\n')).toBe(false);
    expect(persistent('1.1', 'Connection: closed\r\nX: close\r\n')).toBe(true);
  });

  it('joins several fields of server timing', () => {
    const fields = 'Server-Timing: db;dur=1.5 \r\nSERVER-TIMING:app;desc="x, y"\r\n';
    expect(parse([`HTTP/1.1 204\r\n${fields}\r\n`]).serverTiming).toBe('db;dur=1.5, app;desc="x, y"');
  });

  it.each([
    ['what is not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a blank before a colon', 'HTTP/1.1 204 OK\r\nContent-Length : 5\r\n\r\n'],
    ['a line without a colon', 'HTTP/1.1 204 OK\r\nabc\r\n\r\n'],
    ['a control character', 'HTTP/1.1 204 OK\r\na: \x00\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -99999999999\r\n\r\nhello'],
    ['a list of two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello'],
    ['a length that no number can hold', 'HTTP/1.1 200 OK\r\nContent-Length: 9007199254740993\r\n\r\n'],
    ['a length beside chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks beside a length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
    ['a size of a chunk below zero', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n'],
    ['a carriage return alone', 'HTTP/1.1 204 OK\r\na: b\rc: d\r\n\r\n'],
    ['a size of a chunk that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['a blank after the size of a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\nx\r\n0\r\n\r\n'],
    ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n'],
    ['a trailer that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno\r\n\r\n'],
    ['a head without an end', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(16 * 1024)}`],
    ['a head that is too long', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(16 * 1024)}\r\n\r\n`],
    [
      'a trailer without an end',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: ${'x'.repeat(16 * 1024)}`,
    ],
    ['an extension without an end', `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(16 * 1024)}`],
  ])('refuses %s, however it comes', (_what, text) => {
    expect(parse([text]).progress).toBe('refused');
    const step = Math.ceil(text.length / 100);
    const pieces = Array.from({ length: 100 }, (_, at) => text.slice(at * step, (at + 1) * step));
    expect(parse(pieces.filter((piece) => piece !== '')).progress).toBe('refused');
  });

  it('reads what a client has to read although servers should not send it (RFC 9112, 2.2, 5.2 and 6.3)', () => {
    const same = 'Content-Length: 5\r\n';
    for (const text of [
      `HTTP/1.1 200 OK\r\n${same}${same}\r\nhello`,
      'HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello',
      'HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhello',
      `HTTP/1.1 200 OK\r\na: b\r\n\tc\r\n  d\r\n${same}\r\nhello`,
      'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello',
      'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5;a=b\nhello\n0\na: b\n\n',
    ]) {
      for (const pieces of [[text], ...cuts(text)]) {
        expect(parse(pieces)).toMatchObject({ progress: 'whole', status: 200, body: 'hello' });
      }
    }
    const folded =
      'HTTP/1.1 204 No Content\r\nConnection: keep-alive,\r\n close\r\nServer-Timing: a;dur=1,\r\n b\r\n\r\n';
    for (const pieces of cuts(folded)) {
      expect(parse(pieces)).toMatchObject({ progress: 'whole', persistent: false, serverTiming: 'a;dur=1, b' });
    }
  });

  it('says why it refuses an answer, with what is there', () => {
    const problemOf = (text: string): unknown => parse([text]).problem;
    expect(problemOf('HTTP/1.1 204 OK\r\nName: \x00\r\n\r\n')).toEqual({
      kind: 'malformed',
      words: 'no line ends like this: "HTTP/1.1 204 OK\\r\\nName: \\x00\\r\\n\\r\\n"',
    });
    expect(problemOf('\x15\x03\x01\x00\x02\x02\x46')).toEqual({
      kind: 'protocol',
      words: 'this is TLS, where plain HTTP was expected: "\\x15\\x03\\x01\\x00\\x02\\x02F"',
    });
    expect(problemOf('\x00\x00\x12\x04\x00\x00\x00\x00\x00')).toMatchObject({
      kind: 'protocol',
      words: expect.stringContaining('this is HTTP/2') as string,
    });
    expect(problemOf('SSH-2.0-OpenSSH_9.9\r\n')).toEqual({
      kind: 'protocol',
      words: 'this is not HTTP: "SSH-2.0-OpenSSH_9.9\\r\\n"',
    });
    expect(problemOf(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(20_000)}`)).toEqual({
      kind: 'head-too-long',
      words: 'the head of the answer is longer than 16 KiB',
    });
  });

  it('refuses what comes along with the end of an answer, except for empty lines', () => {
    expect(parse([`${lengthy}HTTP/1.1 200 OK\r\n`]).progress).toBe('refused');
    expect(parse([`${lengthy}\r\n`]).progress).toBe('whole');
    expect(parse([`\r\n${lengthy}`]).progress).toBe('whole');
  });
});
