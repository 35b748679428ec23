import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { harms } from '../test/fakes/hostile.ts';
import { rawAnswers } from '../src/worker/testing/raw-answers.ts';

/** A server that does to its clients what none should. */
export interface HostileServer {
  readonly what: string;
  /** Does it to a connection that has just been made. */
  readonly connected?: (socket: Socket, number: number) => void;
  /** Does it where a request has come, or a part of one; the number is that of all such, from 1. */
  readonly asked?: (socket: Socket, number: number) => void;
}

const ok = 'HTTP/1.1 200 OK\r\n';
const good = `${ok}Content-Length: 5\r\n\r\nhello`;
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const kibibyte = 'x'.repeat(1024);

/** Says that, as often as the other side takes it. */
function endlessly(socket: Socket, piece: string, first = ''): void {
  socket.write(first, 'latin1');
  const more = (): void => {
    for (let isTaken = true; isTaken && !socket.destroyed;) isTaken = socket.write(piece, 'latin1');
  };
  socket.on('drain', more);
  more();
}

/** Says that a byte at a time. */
async function slowly(socket: Socket, text: string, everyMs: number): Promise<void> {
  for (const byte of text) {
    if (socket.destroyed) return;
    socket.write(byte, 'latin1');
    await pause(everyMs);
  }
}

const says = (what: string, answer: (number: number) => string): HostileServer => ({
  what,
  asked: (socket, number) => socket.write(answer(number), 'latin1'),
});
const repeats = (what: string, piece: string, first?: string): HostileServer => ({
  what,
  asked: (socket) => endlessly(socket, piece, first),
});
const drips = (what: string, text: string, everyMs: number): HostileServer => ({
  what,
  asked: (socket) => void slowly(socket, text, everyMs),
});

const endless: readonly HostileServer[] = [
  repeats('an endless body', kibibyte, `${ok}\r\n`),
  repeats('endless chunks', `400\r\n${kibibyte}\r\n`, chunked),
  repeats('endless chunks of a byte', '1\r\nx\r\n', chunked),
  repeats('an endless chunk', kibibyte, `${chunked}fffffffffff\r\n`),
  repeats('an endless size of a chunk', '0', chunked),
  repeats('an endless extension', 'a=b;', `${chunked}5;`),
  repeats('an endless trailer', 'a: b\r\n', `${chunked}0\r\n`),
  repeats('endless fields', 'a: b\r\n', ok),
  repeats('an endless field', kibibyte, `${ok}a: `),
  repeats('an endless name of a field', kibibyte, ok),
  repeats('an endless reason', 'OK ', 'HTTP/1.1 200 '),
  repeats('endless empty lines', '\r\n'),
  repeats('endless zeros', '\0'),
  repeats('endless announcements', 'HTTP/1.1 100 Continue\r\n\r\n'),
  repeats('endless early hints', 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n'),
  repeats('endless answers to one request', good),
  repeats('an endless body beyond its length', kibibyte, `${ok}Content-Length: 5\r\n\r\n`),
  repeats('a body of a petabyte', kibibyte, `${ok}Content-Length: 1000000000000000\r\n\r\n`),
  { what: 'endless bytes before it is asked', connected: (socket) => endlessly(socket, kibibyte) },
  { what: 'endless answers before it is asked', connected: (socket) => endlessly(socket, good) },
];

const slow: readonly HostileServer[] = [
  { what: 'no answer, ever' },
  { what: 'nothing read', connected: (socket) => socket.pause() },
  drips('an answer of which a byte comes in 100 ms', good, 100),
  drips('a body of which a byte comes in 50 ms', `hello`, 50),
  drips('an endless head, slowly', `${ok}${'a: b\r\n'.repeat(2000)}`, 5),
  drips('endless chunks, slowly', `${chunked}${'1\r\nx\r\n'.repeat(2000)}`, 5),
  says('a head and no body', () => `${ok}Content-Length: 5\r\n\r\n`),
  says('half a head', () => ok),
  says('a chunk without an end', () => `${chunked}5\r\nhel`),
  { what: 'each answer a second late', asked: (socket) => void pause(1000).then(() => socket.write(good)) },
  { what: 'every tenth request without an answer', asked: (socket, number) => number % 10 > 0 && socket.write(good) },
];

const ends: readonly HostileServer[] = [
  { what: 'an end at once', connected: (socket) => socket.end() },
  { what: 'a reset at once', connected: (socket) => socket.resetAndDestroy() },
  { what: 'a reset once it is asked', asked: (socket) => socket.resetAndDestroy() },
  { what: 'a reset within a head', asked: (socket) => socket.write(ok, () => socket.resetAndDestroy()) },
  { what: 'a reset within a body', asked: (socket) => socket.write(good.slice(0, -2), () => socket.resetAndDestroy()) },
  { what: 'an end after each answer, which is not announced', asked: (socket) => socket.end(good) },
  {
    what: 'an end of every other connection',
    connected: (socket, number) => number % 2 === 0 && socket.destroy(),
    asked: (socket) => socket.write(good),
  },
  {
    what: 'an end at every third request',
    asked: (socket, number) => (number % 3 === 0 ? socket.destroy() : socket.write(good)),
  },
  says('an announced close that does not come', () => good.replace('\r\n', '\r\nConnection: close\r\n')),
  { what: 'an end on this side alone', connected: (socket) => socket.end(), asked: (socket) => socket.write(good) },
];

const many: readonly HostileServer[] = [
  says('a body of a mebibyte', () => `${ok}Content-Length: 1048576\r\n\r\n${kibibyte.repeat(1024)}`),
  says('15 KiB of cookies', () => `${ok}${`Set-Cookie: ${'c'.repeat(190)}\r\n`.repeat(75)}Content-Length: 0\r\n\r\n`),
  says('another status each time', (number) => `HTTP/1.1 ${200 + (number % 799)} No\r\nContent-Length: 0\r\n\r\n`),
  says('another reason each time', (number) => `HTTP/1.1 500 ${number}\r\nContent-Length: 0\r\n\r\n`),
  says('another error in each body', (number) =>
    `HTTP/1.1 500 No\r\nContent-Length: 1024\r\n\r\n${number}${kibibyte}`.slice(0, 1074),
  ),
  says('another part of Server-Timing each time', (number) =>
    good.replace('\r\n', `\r\nServer-Timing: part${number};dur=${number}\r\n`),
  ),
  says('a hundred parts of Server-Timing', () =>
    good.replace(
      '\r\n',
      `\r\nServer-Timing: ${Array.from({ length: 100 }, (_, part) => `p${part};dur=1`).join(',')}\r\n`,
    ),
  ),
  says('times that are none', () =>
    good.replace('\r\n', '\r\nServer-Timing: a;dur=1e999, b;dur=-5, c;dur=NaN, __proto__;dur=3\r\n'),
  ),
  says('a redirect to itself', () => 'HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n'),
  says(
    'a redirect to somebody else',
    () => 'HTTP/1.1 307 No\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n',
  ),
  says(
    'an upgrade that nobody asked for',
    () => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  ),
  says('requests in place of answers', () => 'GET / HTTP/1.1\r\nHost: you\r\n\r\n'),
  says('a bomb of zip', () => `${ok}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n${bomb}`),
  says('what is no zip', () => `${ok}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello`),
  says(
    'an encoding of an encoding',
    () => `${ok}Content-Encoding: ${'gzip, '.repeat(500)}br\r\nContent-Length: 5\r\n\r\nhello`,
  ),
  says('two answers each time', () => good + good),
  says('an answer that is right, and then one that is not', (number) => (number % 2 === 0 ? good : 'no\r\n')),
  ...harms.map((harm) => says(`an error that says ${JSON.stringify(harm)}`, () => errorWith(harm))),
];

/** 64 MiB of nothing. */
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString('latin1');

function errorWith(text: string): string {
  const body = Buffer.from(text);
  return `HTTP/1.1 500 No\r\nContent-Length: ${body.length}\r\n\r\n${body.toString('latin1')}`;
}

const raw: readonly HostileServer[] = rawAnswers.map(({ what, wire, ends: isEnd }) => ({
  what,
  asked: (socket) => {
    for (const piece of typeof wire === 'string' ? [wire] : wire) socket.write(piece, 'latin1');
    if (isEnd) socket.end();
  },
}));

/** What servers may do to the lab. */
export const hostileServers: readonly HostileServer[] = [...endless, ...slow, ...ends, ...many, ...raw];
