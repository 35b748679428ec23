import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import { refusalKinds, type FailureKind, type RefusalKind } from '../../model/failures.ts';

/** Why a request got no answer, and the words of whoever noticed it. */
export interface Failure {
  readonly kind: FailureKind;
  readonly words: string;
}

/** What the system's names for errors mean. */
const kinds: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  // The kernel's own, for packets that were never acknowledged.
  ETIMEDOUT: 'timed-out',
  EPROTO: 'tls',
  EMFILE: 'out-of-files',
  ENFILE: 'out-of-files',
  EADDRNOTAVAIL: 'out-of-ports',
  EADDRINUSE: 'out-of-ports',
  ENOBUFS: 'out-of-memory',
  ENOMEM: 'out-of-memory',
  ENOTFOUND: 'no-such-name',
  EAI_AGAIN: 'no-such-name',
  EHOSTUNREACH: 'no-route',
  EHOSTDOWN: 'no-route',
  ENETUNREACH: 'no-route',
  ENETDOWN: 'no-route',
  EAFNOSUPPORT: 'no-route',
  EACCES: 'not-allowed',
  EPERM: 'not-allowed',
};

/** Whether it is the generator's own machine that refused: nothing is known of the server then. */
export function isRefusal(kind: FailureKind): kind is RefusalKind {
  return refusalKinds.some((refusal) => refusal === kind);
}

/** Why a connection that failed gave no answer. */
export function failureOf(error: Error): Failure {
  // One for each address of a name: what a server said counts before what this machine could not reach.
  if (error instanceof AggregateError && error.errors.length > 0) {
    const all = error.errors.filter((one): one is Error => one instanceof Error).map(failureOf);
    const first = all.find(({ kind }) => !isRefusal(kind)) ?? all[0];
    if (first !== undefined) return { kind: first.kind, words: all.map(({ words }) => words).join('; ') };
  }
  return { kind: kindOf(error), words: error.message };
}

function kindOf(error: Error): FailureKind {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return kinds[code] ?? (/^ERR_(SSL|TLS)_/.test(code) ? 'tls' : 'other');
}

/** Whether a socket is in the midst of the handshake of TLS. */
export function isShakingHands(socket: Socket | undefined, connected: boolean): boolean {
  return socket instanceof TLSSocket && !connected && !socket.connecting;
}

/** The same failure, where it befell a handshake: whoever breaks that off refuses TLS, whatever he does it with. */
export function inHandshake({ kind, words }: Failure): Failure {
  return kind === 'reset' || kind === 'other' ? { kind: 'tls', words } : { kind, words };
}

/** A request without an answer in time. */
export function timedOut(
  timeoutMs: number,
  { connected, hasBegun }: { connected: boolean; hasBegun: boolean },
): Failure {
  const what = !connected ? 'there was no connection' : hasBegun ? 'the answer was not whole' : 'there was no answer';
  return { kind: 'timed-out', words: `${what} after ${timeoutMs} ms` };
}

/** A connection that the server has closed too early. */
export function closedEarly(hasBegun: boolean): Failure {
  const when = hasBegun ? 'before its answer was whole' : 'without an answer';
  return { kind: 'reset', words: `the server closed the connection ${when}` };
}
