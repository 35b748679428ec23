import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Origin } from './requests/origin.ts';

const againMs = 50;
/** A packet to an address that leads nowhere yet may be dropped without a word: the next try is not. */
const tryMs = 1_000;
/** As long as a probe waits for an answer. */
const answerMs = 2_000;

/**
 * Waits until every address leads to the target: until something takes connections there, and answers `readyPath` with a status
 * below 400 where there is one. An address that has just been made may lead to somebody else at first, such as a gateway.
 * @throws where that does not come in that time; says what kept it
 */
export async function untilListening(
  origins: readonly Origin[],
  readyPath: string | undefined,
  limitMs: number,
): Promise<void> {
  const end = performance.now() + limitMs;
  for (const origin of origins) {
    for (;;) {
      const problem = readyPath === undefined ? await tryToConnect(origin) : await tryToGet(origin, readyPath);
      if (problem === undefined) break;
      if (performance.now() > end) throw new Error(`${problem} at ${origin.endpointUrl}`);
      await pause(againMs);
    }
  }
}

function tryToConnect({ endpoint }: Origin): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(endpoint);
    const settle = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(tryMs, () => settle('nothing takes connections'));
    socket.once('connect', () => settle(undefined));
    socket.once('error', (error) => settle(`nothing takes connections (${error.message})`));
  });
}

function tryToGet({ endpoint, host }: Origin, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ ...endpoint, path, agent: false, headers: { host } });
    const settle = (problem: string | undefined): void => {
      resolve(problem);
      request.destroy();
    };
    request.setTimeout(answerMs, () => settle(`nothing answers ${path}`));
    request.once('response', ({ statusCode = 0 }) =>
      settle(statusCode < 400 ? undefined : `${path} is answered with ${statusCode}`),
    );
    request.on('error', (error) => settle(`nothing answers ${path} (${error.message})`));
  });
}
