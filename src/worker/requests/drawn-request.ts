import { credentialsIn } from './credentials.ts';
import type { Origin } from './origin.ts';

/** What makes the answer to one request right, its keys filled in. */
export interface ExpectedAnswer {
  readonly status: number | undefined;
  readonly contains: Buffer | undefined;
}

/** One request, its keys drawn: everything but the address that it goes to. */
export class DrawnRequest {
  /** Of the request of the workload that it was drawn from. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** The path as it may be shown: with the variables of the environment as they are written. */
  readonly shownPath: string;
  readonly body: Buffer | undefined;
  readonly expected: ExpectedAnswer;
  readonly #headers: readonly (readonly [string, string])[];
  /** Kept by origin: a request that is drawn again is sent again as it is. */
  readonly #bytes: (Buffer | undefined)[] = [];
  /** The same for connections that serve one request each. */
  readonly #lastBytes: (Buffer | undefined)[] = [];
  #credentials: readonly string[] = [];

  constructor(
    request: {
      readonly name: string;
      readonly method: string;
      readonly path: string;
      readonly shownPath?: string;
      readonly body: string | undefined;
      readonly headers: Readonly<Record<string, string>>;
    },
    expected: ExpectedAnswer,
  ) {
    this.name = request.name;
    this.method = request.method;
    this.path = request.path;
    this.shownPath = request.shownPath ?? request.path;
    this.body = request.body === undefined ? undefined : Buffer.from(request.body);
    this.#headers = Object.entries(request.headers);
    this.expected = expected;
  }

  /** The values of its header fields that are credentials, as far as it was sent: nothing that is shown may hold them. */
  get credentials(): readonly string[] {
    return this.#credentials;
  }

  /** All header fields; the scenario's own win, except for the length of the body, which is a fact. */
  headersFor(origin: Origin, keepAlive = true): [string, string][] {
    const own = this.#headers.filter(([name]) => name.toLowerCase() !== 'content-length');
    const named = new Set(own.map(([name]) => name.toLowerCase()));
    const headers: [string, string][] = [];
    if (!named.has('host')) headers.push(['Host', origin.host]);
    if (!named.has('connection')) headers.push(['Connection', keepAlive ? 'keep-alive' : 'close']);
    if (!named.has('authorization') && origin.authorization !== undefined) {
      headers.push(['Authorization', origin.authorization]);
    }
    for (const [name, value] of own) headers.push([name, value]);
    // Without a length, a server must take the body of a POST to be empty; some wait for one or refuse (411).
    if (this.body !== undefined || ['POST', 'PUT', 'PATCH'].includes(this.method)) {
      headers.push(['Content-Length', String(this.body?.length ?? 0)]);
    }
    return headers;
  }

  /** The request as it goes over the wire; without `keepAlive` it asks the server to close the connection after it. */
  bytesFor(origin: Origin, keepAlive = true): Buffer {
    return ((keepAlive ? this.#bytes : this.#lastBytes)[origin.index] ??= this.#write(origin, keepAlive));
  }

  #write(origin: Origin, keepAlive: boolean): Buffer {
    let head = `${this.method} ${origin.target(this.path)} HTTP/1.1\r\n`;
    const headers = this.headersFor(origin, keepAlive);
    for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
    const credentials = headers.flatMap(([name, value]) => credentialsIn(name, value));
    if (credentials.length > 0) this.#credentials = [...this.#credentials, ...credentials];
    const bytes = Buffer.from(head + '\r\n');
    return this.body === undefined ? bytes : Buffer.concat([bytes, this.body]);
  }
}
