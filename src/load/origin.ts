import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a connection leads: what of an address a request and a socket need. */
export class Origin {
  /** Its place among the job's addresses. */
  readonly index: number;
  readonly address: string;
  /** The value of the Host header. */
  readonly host: string;
  readonly authorization: string | undefined;
  readonly #hostname: string;
  readonly #port: number;
  readonly #secure: boolean;
  readonly #prefix: string;

  constructor(address: string, index: number) {
    const url = new URL(address);
    this.index = index;
    this.address = address;
    this.host = url.host;
    this.#secure = url.protocol === 'https:';
    this.#port = url.port === '' ? (this.#secure ? 443 : 80) : Number(url.port);
    this.#hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
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

  /**
   * Opens a connection, whose bytes go to `onread`, or else to the events of the stream. Certificates are not verified, as
   * autocannon does not verify them.
   */
  connect(onread?: OnReadOpts): Socket {
    const address = { host: this.#hostname, port: this.#port, onread };
    if (!this.#secure) return connectPlain({ ...address, noDelay: true });
    const servername = isIP(this.#hostname) === 0 ? { servername: this.#hostname } : {};
    return connectTls({ ...address, ...servername, rejectUnauthorized: false }).setNoDelay();
  }
}
