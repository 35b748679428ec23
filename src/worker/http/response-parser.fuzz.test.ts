import { request as httpRequest } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../model/random.ts';
import { Fuzzer } from '../testing/response-fuzzer.ts';
import { ResponseParser, type BodyReader } from './response-parser.ts';

/** What a parser makes of an answer and the end of its connection; undefined where it refuses them. */
type Reading = { readonly status: number; readonly body: string } | undefined;

/** Where we mean to differ from Node's parser, and how it shows in the bytes. */
const differences: readonly { readonly what: string; readonly shows: RegExp }[] = [
  // RFC 9112, 2.2: it may be taken for one.
  { what: 'a line feed alone at the end of a line', shows: /[^\r\n]\n|\n\n/ },
  // RFC 9112, 5.2: a client has to read it as one line.
  { what: 'a value that goes on in the next line', shows: /\r\n[ \t]/ },
  // RFC 9110, 8.6: it may be read as one.
  {
    what: 'the same length several times',
    shows: /content-length:[ \t]*(\d+)(,[ \t]*\1|[^]*\ncontent-length:[ \t]*\1)/i,
  },
  // RFC 9112, 6.3: there is none, and nothing to be in doubt about.
  {
    what: 'what leaves the length of a body in doubt, in an answer to HEAD',
    shows: /^HEAD [^]*(content-length|transfer-encoding):/i,
  },
  // RFC 9112, 6.3: they never have a body, whatever length they state. Node waits for one.
  { what: 'a length or an encoding in an answer without a body', shows: /HTTP\/1.. (204|304)/ },
  // It was not asked for.
  { what: 'another protocol', shows: /HTTP\/1.. 101/ },
  { what: 'versions that are neither 1.0 nor 1.1, and protocols that are not HTTP', shows: /(RTSP|ICE|HTTP)\/[02]/ },
  { what: 'statuses below 100', shows: /HTTP\/1.. 0/ },
  // RFC 9110, 5.6.3: a tab is as good as a space. Node refuses it after a length, and does not know `chunked` before it.
  { what: 'a tab after a length or an encoding', shows: /(content-length:[ \t]*\d+|chunked) *\t/i },
  // Its later versions refuse these two as well.
  { what: 'a status line that ends without a line feed', shows: /HTTP\/1[^\r]*\r[^\n]/ },
  { what: 'an encoding without a name', shows: /transfer-encoding:\s*\r\n/i },
  { what: 'lengths that a number cannot hold', shows: /\d{16}|[\da-f]{13}/i },
];

/** Node's reading of the pieces, by a real request on a connection that we hold the other end of. */
async function readingOfNode(method: string, pieces: readonly Buffer[]): Promise<Reading> {
  const connection = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      done();
      for (const piece of pieces) connection.push(piece);
      connection.push(null);
    },
  });
  return new Promise((resolve) => {
    const refuse = (): void => resolve(undefined);
    const request = httpRequest({ method, createConnection: () => connection, headers: { connection: 'keep-alive' } });
    request.on('error', refuse);
    request.on('upgrade', refuse);
    request.on('close', refuse);
    request.on('response', (response) => {
      // From here on the answer's own events count, which may come after the request's.
      request.off('close', refuse);
      response.on('close', refuse);
      const body: Buffer[] = [];
      response.on('error', refuse);
      response.on('data', (part: Buffer) => body.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(body).toString('latin1') }),
      );
    });
    request.end();
  });
}

/** Our reading of the pieces, and how many bytes it took. */
function readingOfOurs(method: string, pieces: readonly Buffer[]): { reading: Reading; bytes: number } {
  const parser = new ResponseParser();
  let body = '';
  const keep: BodyReader = {
    readBody: (_status, bytes, from, to) => (body += bytes.toString('latin1', from, to)),
  };
  parser.begin(method === 'HEAD', keep);
  // As in a connection, every piece is read into the same place.
  const place = Buffer.alloc(64 * 1024);
  let whole = false;
  for (const piece of pieces) {
    const progress = parser.read(place, piece.copy(place));
    if (progress === 'refused') return { reading: undefined, bytes: parser.bytes };
    whole = progress === 'whole';
    if (whole) break;
  }
  if (!whole && !parser.end()) return { reading: undefined, bytes: parser.bytes };
  return { reading: { status: parser.status, body }, bytes: parser.bytes };
}

function bytewise(wire: Buffer): Buffer[] {
  return Array.from(wire, (_, at) => wire.subarray(at, at + 1));
}

describe('ResponseParser against the parser of Node', () => {
  it.each([1, 2, 3])('reads the same from the same bytes (seed %i)', { timeout: 60_000 }, async (seed) => {
    const random = seededRandom(seed);
    const fuzzer = new Fuzzer(random);
    const seen = { accepted: 0, refused: 0, different: 0 };
    for (let count = 0; count < 1200; count++) {
      const method = random.next() < 0.15 ? 'HEAD' : 'GET';
      const whole = random.next() < 0.3 ? fuzzer.response() : fuzzer.mutated();
      const { reading, bytes } = readingOfOurs(method, bytewise(whole));
      // What comes after a whole answer is refused by us if it comes with it; Node may or may not have told of the answer.
      const wire = reading === undefined ? whole : whole.subarray(0, bytes);
      const pieces = fuzzer.split(wire);
      const context = JSON.stringify({ method, wire: wire.toString('latin1'), pieces: pieces.map((p) => p.length) });
      expect(readingOfOurs(method, pieces).reading, context).toEqual(reading);
      const other = await readingOfNode(method, pieces);
      if (JSON.stringify(other) !== JSON.stringify(reading)) {
        const text = `${method === 'HEAD' ? 'HEAD ' : ''}${wire.toString('latin1')}`;
        if (differences.some(({ shows }) => shows.test(text))) seen.different++;
        else expect(reading, context).toEqual(other);
      } else if (reading === undefined) seen.refused++;
      else seen.accepted++;
    }
    expect(seen.accepted).toBeGreaterThan(300);
    expect(seen.refused).toBeGreaterThan(300);
    expect(seen.different).toBeLessThan(200);
  });
});
