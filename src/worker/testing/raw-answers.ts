import type { ErrorKind } from '../../model/failures.ts';

/** What a server sends for one request, and what every client of the lab makes of it. */
export interface RawAnswer {
  readonly what: string;
  /** Pieces come one after the other. */
  readonly wire: string | readonly string[];
  readonly method?: string;
  /** The text that the check asks for. */
  readonly contains?: string;
  /** Whether the server ends the connection after it. */
  readonly ends?: boolean;
  readonly is: number | ErrorKind;
}

const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`;
const ok = 'HTTP/1.1 200 OK';
const length = 'Content-Length: 5';
const chunked = 'Transfer-Encoding: chunked';
const long = 'x'.repeat(16 * 1024);

/** Statuses below 400 that have no body, whatever their fields say (RFC 9112, 6.3). */
const withoutBody: readonly RawAnswer[] = [204, 304].flatMap((status) =>
  [[], [length], [chunked], ['Content-Length: 5', 'Content-Length: 6'], [length, chunked]].map((fields) => ({
    what: `${status} ${fields.join(' and ')}`,
    wire: lines(`HTTP/1.1 ${status} Nothing`, ...fields),
    is: status,
  })),
);

/** The list that all clients keep to. */
export const rawAnswers: readonly RawAnswer[] = [
  { what: 'an answer with a length', wire: `${lines(ok, length)}hello`, contains: 'hello', is: 200 },
  {
    what: 'one that comes in pieces',
    wire: ['HTTP/1.1 2', '00 OK\r', '\nContent-Length: 5\r\n\r\nhe', 'llo'],
    contains: 'hello',
    is: 200,
  },
  { what: 'a status without a reason', wire: `HTTP/1.1 200\r\n${length}\r\n\r\nhello`, contains: 'hello', is: 200 },
  { what: 'a status of its own', wire: lines('HTTP/1.1 299 Mine', 'Content-Length: 0'), is: 299 },
  ...withoutBody,
  { what: 'HEAD, with a length', method: 'HEAD', wire: lines(ok, length), is: 200 },
  { what: 'HEAD, in chunks', method: 'HEAD', wire: lines(ok, chunked), is: 200 },
  { what: 'HEAD, with two lengths', method: 'HEAD', wire: lines(ok, length, 'Content-Length: 6'), is: 200 },
  { what: 'HEAD, with a body', method: 'HEAD', wire: `${lines(ok, length)}hello`, is: 'malformed' },
  {
    what: '100 before the answer',
    wire: `${lines('HTTP/1.1 100 Continue')}${lines(ok, length)}hello`,
    contains: 'hello',
    is: 200,
  },
  {
    what: '103 with a length before the answer',
    wire: [lines('HTTP/1.1 103 Early Hints', length), `${lines(ok, length)}hello`],
    contains: 'hello',
    is: 200,
  },
  { what: '101', wire: lines('HTTP/1.1 101 Switching Protocols', 'Upgrade: x', 'Connection: upgrade'), is: 'protocol' },
  { what: 'the same length twice', wire: `${lines(ok, length, length)}hello`, contains: 'hello', is: 200 },
  {
    what: 'the same length twice in a field',
    wire: `${lines(ok, 'Content-Length: 5, 5')}hello`,
    contains: 'hello',
    is: 200,
  },
  { what: 'two lengths', wire: `${lines(ok, length, 'Content-Length: 6')}hello`, is: 'malformed' },
  { what: 'a length below zero', wire: `${lines(ok, 'Content-Length: -99999999999')}hello`, is: 'malformed' },
  { what: 'a length that is no number', wire: `${lines(ok, 'Content-Length: five')}hello`, is: 'malformed' },
  {
    what: 'a length that no number holds',
    wire: `${lines(ok, 'Content-Length: 99999999999999999999')}hello`,
    is: 'malformed',
  },
  { what: 'a length beside chunks', wire: `${lines(ok, length, chunked)}0\r\n\r\n`, is: 'malformed' },
  { what: 'chunks', wire: `${lines(ok, chunked)}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`, contains: 'hello', is: 200 },
  {
    what: 'chunks with extensions',
    wire: `${lines(ok, chunked)}5;a;b=c;d="e;\\"f"\r\nhello\r\n0;z\r\n\r\n`,
    contains: 'hello',
    is: 200,
  },
  {
    what: 'chunks with a trailer',
    wire: `${lines(ok, chunked)}5\r\nhello\r\n0\r\na: b\r\nc: d\r\n\r\n`,
    contains: 'hello',
    is: 200,
  },
  { what: 'a chunk of a size below zero', wire: `${lines(ok, chunked)}-5\r\nhello\r\n0\r\n\r\n`, is: 'malformed' },
  { what: 'a chunk whose size is no number', wire: `${lines(ok, chunked)}g\r\n`, is: 'malformed' },
  { what: 'a chunk whose size no number holds', wire: `${lines(ok, chunked)}ffffffffffffffff\r\n`, is: 'malformed' },
  {
    what: 'a chunk that is longer than its size',
    wire: `${lines(ok, chunked)}5\r\nhello!\r\n0\r\n\r\n`,
    is: 'malformed',
  },
  { what: 'an extension without an end', wire: `${lines(ok, chunked)}5;${long}`, is: 'malformed' },
  {
    what: 'a value that is folded',
    wire: `HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\td\r\nContent-Length:\r\n 5\r\n\r\nhello`,
    contains: 'hello',
    is: 200,
  },
  {
    what: 'lines that end with a line feed',
    wire: `HTTP/1.1 200 OK\nContent-Length: 5\n\nhello`,
    contains: 'hello',
    is: 200,
  },
  {
    what: 'chunks whose lines end with a line feed',
    wire: `HTTP/1.1 200 OK\n${chunked}\n\n5\nhello\n0\n\n`,
    contains: 'hello',
    is: 200,
  },
  { what: 'empty lines before the answer', wire: `\r\n\r\n${lines(ok, length)}hello`, contains: 'hello', is: 200 },
  { what: 'a blank before a colon', wire: `${lines(ok, 'Content-Length : 5')}hello`, is: 'malformed' },
  { what: 'a control character in a head', wire: lines(ok, 'a: \x01', 'Content-Length: 0'), is: 'malformed' },
  {
    what: 'a head of almost 16 KiB',
    wire: `${lines(ok, `a: ${long.slice(100)}`, length)}hello`,
    contains: 'hello',
    is: 200,
  },
  { what: 'a head of more', wire: `${lines(ok, `a: ${long}`, length)}hello`, is: 'head-too-long' },
  { what: 'a head without an end', wire: `${ok}\r\na: ${long}${long}`, is: 'head-too-long' },
  { what: 'a trailer without an end', wire: `${lines(ok, chunked)}0\r\na: ${long}${long}`, is: 'head-too-long' },
  { what: 'HTTP/1.0', wire: 'HTTP/1.0 200 OK\r\n\r\nhello', ends: true, contains: 'hello', is: 200 },
  {
    what: 'HTTP/1.0 that is kept alive',
    wire: `${lines('HTTP/1.0 200 OK', 'Connection: keep-alive', length)}hello`,
    contains: 'hello',
    is: 200,
  },
  { what: 'a body until the end', wire: `${lines(ok)}hello`, ends: true, contains: 'hello', is: 200 },
  { what: 'a body that is cut off', wire: `${lines(ok, length)}he`, ends: true, is: 'reset' },
  { what: 'chunks that are cut off', wire: `${lines(ok, chunked)}5\r\nhello\r\n`, ends: true, is: 'reset' },
  { what: 'a head that is cut off', wire: 'HTTP/1.1 200 OK\r\n', ends: true, is: 'reset' },
  { what: 'no answer', wire: '', ends: true, is: 'reset' },
  { what: 'two answers', wire: `${lines(ok, length)}hello${lines(ok, length)}hello`, is: 'malformed' },
  { what: 'an answer and more', wire: `${lines(ok, length)}hello, world`, is: 'malformed' },
  {
    what: 'the preface of HTTP/2',
    wire: '\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80',
    is: 'protocol',
  },
  { what: 'HTTP/2.0', wire: lines('HTTP/2.0 200 OK', length), is: 'protocol' },
  { what: 'an alert of TLS', wire: '\x15\x03\x01\x00\x02\x02\x46', is: 'protocol' },
  { what: 'SSH', wire: 'SSH-2.0-OpenSSH_9.9\r\n', is: 'protocol' },
  { what: 'HTML without a head', wire: '<!doctype html>', is: 'protocol' },
  { what: 'a status that is none', wire: lines('HTTP/1.1 20 OK', length), is: 'malformed' },
  { what: 'a redirect', wire: lines('HTTP/1.1 302 Found', 'Location: /', 'Content-Length: 0'), is: 302 },
  { what: '404', wire: `${lines('HTTP/1.1 404 Not Found', length)}hello`, is: 'status-4xx' },
  { what: '503', wire: `${lines('HTTP/1.1 503 Unavailable', length)}hello`, is: 'status-5xx' },
  { what: '600', wire: `${lines('HTTP/1.1 600 Strange', length)}hello`, is: 'wrong-answer' },
  { what: 'another text', wire: `${lines(ok, length)}hello`, contains: 'bye', is: 'wrong-answer' },
];
