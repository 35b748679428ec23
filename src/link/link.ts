import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Cut, LinkShape } from '../model/link.ts';
import { seededRandom, seedOf } from '../model/random.ts';
import { Connection, type Directions } from './connection.ts';
import { Direction } from './direction.ts';
import type { Pair } from './settings.ts';

/** A link as it is now; its bytes are of all connections since the start. */
export interface LinkState extends LinkShape {
  readonly cut: Cut | 'none';
  readonly connections: number;
  /** Connections that broke: reset by one of their sides, or refused by the target. */
  readonly broken: number;
  /** What the last of those broke of. */
  readonly lastProblem?: string | undefined;
  readonly bytesThere: number;
  readonly bytesBack: number;
  /** Those that the link holds. */
  readonly waitingBytes: number;
}

/** As many as Linux allows by default, so that a burst of connections waits as it would at a server. */
const backlog = 4096;

/** An address that stands for another one, and can be made slow or be cut. */
export class Link {
  readonly name: string;
  readonly port: number;
  readonly #server: Server;
  readonly #pair: Pair;
  readonly #directions: Directions;
  readonly #connections = new Set<Connection>();
  #cut: Cut | undefined;
  #broken = 0;
  #lastProblem: string | undefined;

  /** Listens for clients of `pair`. The same seed draws the same jitter. @throws where it cannot listen */
  static async open(pair: Pair, host: string, seed: number): Promise<Link> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
    server.listen({ port: pair.port, host, backlog });
    await once(server, 'listening');
    return new Link(pair, server, seed);
  }

  private constructor(pair: Pair, server: Server, seed: number) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error(`${pair.name} listens on no port.`);
    const direction = (name: string): Direction => new Direction(seededRandom(seedOf(seed, pair.name, name)));
    this.name = pair.name;
    this.port = address.port;
    this.#pair = pair;
    this.#server = server;
    this.#directions = { there: direction('there'), back: direction('back') };
    server.on('connection', (client) => this.#accept(client));
  }

  /** The link as it is now. */
  get state(): LinkState {
    const { there, back } = this.#directions;
    return {
      cut: this.#cut ?? 'none',
      ...there.shape,
      connections: this.#connections.size,
      broken: this.#broken,
      lastProblem: this.#lastProblem,
      bytesThere: there.passedBytes,
      bytesBack: back.passedBytes,
      waitingBytes: [...this.#connections].reduce((sum, { waitingBytes }) => sum + waitingBytes, 0),
    };
  }

  /** Treats from now on in this way what comes. A cut stays. */
  set(shape: LinkShape): void {
    this.#directions.there.shape = shape;
    this.#directions.back.shape = shape;
    this.#refresh();
  }

  /** Cuts the link until it is healed. */
  cut(how: Cut): void {
    this.#become(how);
    if (how === 'silent') this.#refresh();
    else for (const connection of this.#connections) connection.reset(); // what waited in a silent link is lost
  }

  /** Ends the cut: what waited passes, and new connections do. The shape stays. */
  heal(): void {
    this.#become(undefined);
    this.#refresh();
  }

  /** Ends all connections, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const connection of this.#connections) connection.reset();
    await closed;
  }

  #become(cut: Cut | undefined): void {
    this.#cut = cut;
    for (const direction of [this.#directions.there, this.#directions.back]) direction.isSilent = cut === 'silent';
  }

  #refresh(): void {
    for (const connection of this.#connections) connection.refresh();
  }

  #accept(client: Socket): void {
    if (this.#cut === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const connection = new Connection(client, this.#pair.to, this.#directions, (problem) => {
      this.#connections.delete(connection);
      if (problem === undefined) return;
      this.#broken += 1;
      this.#lastProblem = problem.message;
    });
    this.#connections.add(connection);
  }
}
