import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Origin } from '../worker/requests/origin.ts';

/** What a server was seen to do when it was asked for the first time. */
export type FirstAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly location: string | undefined }
  /** There is no connection; `code` is the system's own word, or `TIMEOUT`. */
  | { readonly kind: 'unreachable'; readonly code: string; readonly message: string }
  /** It does not speak TLS, which its address asks for. */
  | { readonly kind: 'plain' }
  /** It speaks TLS, which its address does not ask for. */
  | { readonly kind: 'tls' }
  /** The two cannot agree on TLS. */
  | { readonly kind: 'no-handshake'; readonly message: string }
  /** What it sent is no HTTP. */
  | { readonly kind: 'not-http'; readonly text: string }
  /** It closed the connection without an answer. */
  | { readonly kind: 'closed' }
  /** It took the request, and said nothing for so long. */
  | { readonly kind: 'silent'; readonly waitedMs: number };

/** For the connection, and again for the answer. */
const limitMs = 5_000;
/** A body that goes on for longer than this after its head is not waited for. */
const bodyMs = 250;
const mostBytes = 64 * 1024;

/** How servers say in plain HTTP that they want TLS: nginx, Go, Apache, Tomcat. */
const wantsTls =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled|requires TLS/i;

/**
 * Connects, TLS included, sends one request, and says what came of it. Nothing else is sent, and nothing is tried twice.
 * @param request its bytes, which ask the server to close the connection afterwards
 * @throws only the signal's reason, where it is aborted
 */
export async function firstAnswer(origin: Origin, request: Buffer, signal: AbortSignal): Promise<FirstAnswer> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = origin.connect();
    const received = Buffer.allocUnsafe(mostBytes);
    let bytes = 0;
    let answer: FirstAnswer | undefined;
    let isOpen = false;
    let timer = setTimeout(() => end(noConnection()), limitMs);
    const stop = (): void => {
      leave();
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    };
    const leave = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      // What happens to it from here on is of no interest.
      socket.on('error', () => undefined).destroy();
    };
    const end = (seen: FirstAnswer): void => {
      leave();
      resolve(seen);
    };
    const noConnection = (): FirstAnswer => ({
      kind: 'unreachable',
      code: 'TIMEOUT',
      message: `no connection within ${limitMs / 1000} s`,
    });
    const read = (isOver: boolean): FirstAnswer | undefined => readHead(received.subarray(0, bytes), socket, isOver);
    signal.addEventListener('abort', stop, { once: true });
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      isOpen = true;
      clearTimeout(timer);
      timer = setTimeout(() => end(read(true) ?? { kind: 'silent', waitedMs: limitMs }), limitMs);
      socket.write(request);
    });
    socket.on('data', (part: Buffer) => {
      bytes += part.copy(received, bytes);
      const isFull = bytes === mostBytes;
      if (answer === undefined) {
        const first = read(isFull);
        if (first === undefined) return;
        answer = first;
        // Once: a stream of events would put it off for ever.
        clearTimeout(timer);
        timer = setTimeout(() => end(read(true) ?? first), bodyMs);
      }
      if (answer.kind !== 'answered' || isFull) end(read(true) ?? answer);
    });
    socket.once('error', (error) => end(isOpen ? (read(true) ?? { kind: 'closed' }) : ofFailure(error, socket)));
    socket.once('end', () => end(read(true) ?? { kind: 'closed' }));
    socket.once('close', () => end(read(true) ?? { kind: 'closed' }));
  });
}

/** What the first bytes are; undefined while that cannot be told. Answers that announce another one (1xx) are passed over. */
function readHead(bytes: Buffer, socket: Socket, isOver: boolean): FirstAnswer | undefined {
  if (bytes.length === 0) return undefined;
  // A TLS record: an alert, or a handshake.
  if (!(socket instanceof TLSSocket) && (bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 0x03) {
    return { kind: 'tls' };
  }
  const text = bytes.toString('latin1').replace(/^[\r\n]+/, '');
  if (!'HTTP/'.startsWith(text.slice(0, 5))) return { kind: 'not-http', text };
  const status = /^HTTP\/1\.\d (\d{3})/.exec(text)?.[1];
  const head = /\r?\n\r?\n/.exec(text);
  if (status !== undefined && head !== null && status.startsWith('1')) {
    return readHead(bytes.subarray(bytes.length - (text.length - head.index - head[0].length)), socket, isOver);
  }
  if (head === null && !isOver) return undefined;
  if (status === undefined) return { kind: 'not-http', text };
  if (status === '400' && !(socket instanceof TLSSocket) && wantsTls.test(text)) return { kind: 'tls' };
  const location = /^location:[ \t]*([^\r\n]*)/im.exec(text.slice(0, head?.index))?.[1]?.trim();
  return { kind: 'answered', status: Number(status), location };
}

/** Why there is no connection, or none that is agreed on. */
function ofFailure(error: Error, socket: Socket): FirstAnswer {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const message = error.message === '' && first instanceof Error ? first.message : error.message;
  const isTls = socket instanceof TLSSocket && (code.startsWith('ERR_SSL') || code === 'EPROTO' || isCutOff(error));
  if (!isTls) return { kind: 'unreachable', code, message };
  // OpenSSL's words for bytes that are no TLS.
  if (/wrong version number|packet length too long|http request|unknown protocol/i.test(message)) {
    return { kind: 'plain' };
  }
  return { kind: 'no-handshake', message: reasonOf(error) };
}

/** The server ended the connection in the middle of the handshake. */
function isCutOff(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNRESET' && /TLS|socket hang up|read ECONNRESET/.test(error.message);
}

/** OpenSSL's reason without its file and line: "tlsv1 alert protocol version". */
function reasonOf(error: Error): string {
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  return error.message;
}
