import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const againMs = 50;

/**
 * Waits until something takes connections at every address.
 * @throws where something does not in that time; says what kept it
 */
export async function untilListening(urls: readonly string[], limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  for (const url of urls) {
    for (;;) {
      const problem = await tryToConnect(new URL(url), Math.max(againMs, end - performance.now()));
      if (problem === undefined) break;
      if (performance.now() > end) throw new Error(`nothing takes connections at ${url}: ${problem}`);
      await pause(againMs);
    }
  }
}

function tryToConnect({ hostname, port, protocol }: URL, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const usual = protocol === 'https:' ? 443 : 80;
    const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? usual : Number(port) });
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
