import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Origin } from './requests/origin.ts';

const againMs = 50;

/**
 * Waits until something takes connections at every address.
 * @throws where something does not in that time; says what kept it
 */
export async function untilListening(origins: readonly Origin[], limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  for (const { endpoint, endpointUrl } of origins) {
    for (;;) {
      const problem = await tryToConnect(endpoint, Math.max(againMs, end - performance.now()));
      if (problem === undefined) break;
      if (performance.now() > end) throw new Error(`nothing takes connections at ${endpointUrl}: ${problem}`);
      await pause(againMs);
    }
  }
}

function tryToConnect(endpoint: Origin['endpoint'], limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(endpoint);
    const settle = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    // A packet to an address that leads nowhere yet may be dropped without a word: the next try is not.
    socket.setTimeout(Math.min(limitMs, 1_000), () => settle('no answer'));
    socket.once('connect', () => settle(undefined));
    socket.once('error', (error) => settle(error.message));
  });
}
