import http from 'node:http';
import https from 'node:https';
import { unlessAborted } from '../../../machine/time-limit.ts';
import { bodyOf, type Answer } from '../../common/answer.ts';
import type { ClusterContext } from './context.ts';

/**
 * Asks the API server for what is no object, and gives the answer as it comes: the log of a pod while it is written, what a
 * pod says through the server's proxy. The client would wait for the end of it, and open a connection for each.
 */
export class ApiRequests {
  readonly #context: ClusterContext;
  #agent: http.Agent | undefined;

  constructor(context: ClusterContext) {
    this.#context = context;
  }

  /** Sends a GET. @param path from the root of the API, with its query */
  async open(path: string, signal: AbortSignal): Promise<http.IncomingMessage> {
    const { server, config } = this.#context;
    const url = new URL(`${server.replace(/\/$/, '')}${path}`);
    const options: https.RequestOptions = {};
    // Anew each time: a token may have been replaced meanwhile.
    await unlessAborted(config.applyToHTTPSOptions(options), signal);
    this.#agent ??= keepingAlive(options, url.protocol === 'http:');
    const { headers = {}, auth } = options;
    const settings = { headers, ...(auth === undefined ? {} : { auth }), agent: this.#agent, signal };
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const sent = url.protocol === 'http:' ? http.get(url, settings, resolve) : https.get(url, settings, resolve);
      sent.on('error', reject);
    });
    // A certificate that is valid for a short time may have run out: the next request brings the new one.
    if (response.statusCode === 401) this.#agent = undefined;
    return response;
  }

  /**
   * Sends a GET, and gives the whole answer.
   * @throws {TooLong} as {@link bodyOf}
   */
  async get(path: string, signal: AbortSignal): Promise<Answer> {
    const response = await this.open(path, signal);
    return { status: response.statusCode ?? 0, body: await bodyOf(response, 'whole') };
  }

  /** Lets go of the connections that are kept. */
  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }
}

/** An agent that keeps connections, unless one that goes through a proxy is needed. */
function keepingAlive(
  { agent, ca, cert, key, rejectUnauthorized, servername }: https.RequestOptions,
  isPlain: boolean,
): http.Agent {
  if (agent instanceof http.Agent && agent.constructor !== https.Agent && agent.constructor !== http.Agent)
    return agent;
  if (isPlain) return new http.Agent({ keepAlive: true });
  return new https.Agent({ keepAlive: true, ca, cert, key, rejectUnauthorized, servername });
}
