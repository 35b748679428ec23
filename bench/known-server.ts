// A server whose behaviour is known: it holds each answer for a time that its path names, and keeps exact books of how long it
// really did. Raw sockets, as it has to be faster than what is measured with it; it understands one request a packet.
import { createServer, type Socket } from 'node:net';

const mostRequests = 2_000_000;
const timerSlackMs = 2;
// Of fixed size, so that no growth of theirs holds up an answer.
const arrivedAtMs = new Float64Array(mostRequests);
const heldMs = new Float64Array(mostRequests);
let count = 0;

/** When the request that `/queue/MS` took last is served. */
let servedAtMs = 0;

/**
 * How long a request is to be held; `/stall/FROM/TO` holds everything from one moment (ms since 1970) to another, and may name more
 * of them; `/queue/MS` serves one after another, each for that long.
 */
function holdOf(path: string, number: number, nowMs: number): number {
  const [behaviour, ...words] = path.slice(1).split('/');
  const numbers = words.map(Number);
  if (behaviour === 'constant') return 50;
  if (behaviour === 'bimodal') return number % 20 === 0 ? 100 : 1;
  if (behaviour === 'queue') {
    servedAtMs = Math.max(servedAtMs, nowMs) + (numbers[0] ?? 0);
    return servedAtMs - nowMs;
  }
  return behaviour === 'stall' ? untilEndOfStall(numbers, performance.timeOrigin + nowMs) : 0;
}

/** @param edges when each stall begins and ends, one after another */
function untilEndOfStall(edges: readonly number[], sinceEpochMs: number): number {
  const next = edges.findIndex((edgeMs) => edgeMs > sinceEpochMs);
  return next % 2 === 1 ? (edges[next] ?? 0) - sinceEpochMs : 0;
}

/** Timers are late by a millisecond: they do the coarse part, and the loop is asked again and again for the rest. */
function at(momentMs: number, answer: () => void): void {
  const leftMs = momentMs - performance.now();
  if (leftMs <= 0) answer();
  else if (leftMs > timerSlackMs) setTimeout(at, leftMs - timerSlackMs, momentMs, answer);
  else setImmediate(at, momentMs, answer);
}

function answerTo(socket: Socket, path: string): void {
  const nowMs = performance.now();
  const number = count++;
  arrivedAtMs[number] = performance.timeOrigin + nowMs;
  at(nowMs + holdOf(path, number, nowMs), () => {
    socket.write(answer);
    heldMs[number] = performance.now() - nowMs;
  });
}

const head = (bytes: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\nConnection: keep-alive\r\n\r\n`;
const answer = Buffer.from(`${head(2)}ok`);

/** `/books`: the moments of arrival and then the holds since it was last asked, as 64-bit floats. */
function giveBooks(socket: Socket): void {
  const kept = Math.min(count, mostRequests);
  count = 0;
  const books = [arrivedAtMs, heldMs].map((all) => Buffer.from(all.buffer, 0, kept * all.BYTES_PER_ELEMENT));
  socket.write(Buffer.concat([Buffer.from(head(2 * kept * heldMs.BYTES_PER_ELEMENT)), ...books]));
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    const path = chunk.toString('latin1', 4, chunk.indexOf(' ', 4));
    if (path === '/books') giveBooks(socket);
    else answerTo(socket, path);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ address: server.address() })}\n`);
});
process.on('SIGTERM', () => process.exit(0));
