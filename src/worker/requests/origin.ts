import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Destination, LoadJob } from '../protocol.ts';

/** Where a connection leads: what of an address a request and a socket need. */
export class Origin {
  /** Its place among the job's addresses. */
  readonly index: number;
  /** The value of the Host header. */
  readonly host: string;
  readonly authorization: string | undefined;
  /** Where sockets connect to: the name, which they look up, or the address that it was found to stand for. */
  readonly endpoint: { readonly host: string; readonly port: number };
  /** Whose certificate is asked for in a handshake; undefined where there is no name. */
  readonly servername: string | undefined;
  readonly #secure: boolean;
  readonly #prefix: string;

  constructor(destination: Destination, index: number) {
    const url = new URL(typeof destination === 'string' ? destination : destination.url);
    const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.index = index;
    this.host = url.host;
    this.#secure = url.protocol === 'https:';
    this.servername = isIP(hostname) === 0 ? hostname : undefined;
    this.endpoint = {
      host: typeof destination === 'string' ? hostname : destination.ip,
      port: url.port === '' ? (this.#secure ? 443 : 80) : Number(url.port),
    };
    this.#prefix = url.pathname.replace(/\/$/, '');
    this.authorization =
      url.username === ''
        ? undefined
        : `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  }

  /** The target in the first line of a request for this path. */
  target(path: string): string {
    return this.#prefix + path;
  }

  /** The address of its endpoint as a URL, which has no place for the link of a link-local address. */
  get endpointUrl(): string {
    const { port } = this.endpoint;
    const [host = ''] = this.endpoint.host.split('%');
    return `${this.#secure ? 'https' : 'http'}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  }

  /**
   * Opens a connection, whose bytes go to `onread`, or else to the events of the stream. Certificates are not verified, as
   * autocannon does not verify them.
   */
  connect(onread?: OnReadOpts): Socket {
    const address = { ...this.endpoint, onread };
    if (!this.#secure) return connectPlain({ ...address, noDelay: true });
    const named = this.servername === undefined ? {} : { servername: this.servername };
    return connectTls({ ...address, ...named, rejectUnauthorized: false }).setNoDelay();
  }
}

/** Where the connections of a job lead, to be dealt out over them in this order. */
export function originsOf({ urls }: Pick<LoadJob, 'urls'>): readonly Origin[] {
  return urls.map((destination, index) => new Origin(destination, index));
}

/** Where the connection of that number leads, from 0. */
export function originOf(origins: readonly Origin[], number: number): Origin {
  const origin = origins[number % origins.length];
  if (origin === undefined) throw new Error('A job needs at least one address.');
  return origin;
}
