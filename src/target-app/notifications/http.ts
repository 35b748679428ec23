import { Agent, request } from 'node:http';

import type { Notification } from './notification.ts';
import { TAKEN_WITHIN_MS, type Way } from './way.ts';

/** To the notifier at `url`, which answers once the mail is out. */
export function overHttp(url: string): Way {
  const agent = new Agent({ keepAlive: true });
  const address = new URL('/notifications', url);
  return {
    hand: (notification) => post(address, agent, notification),
    close() {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

/** Resolves when the notifier has taken it. @throws where it refuses, is not there, or takes too long */
function post(address: URL, agent: Agent, notification: Notification): Promise<void> {
  const body = JSON.stringify(notification);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(address, { method: 'POST', agent, headers }, (response) => {
      const { statusCode = 0 } = response;
      response.on('error', reject).resume();
      response.on('end', () =>
        statusCode < 300 ? resolve() : reject(new Error(`the notifier answered ${statusCode}`)),
      );
    });
    const late = setTimeout(() => {
      reject(new Error(`the notifier: no answer within ${TAKEN_WITHIN_MS} ms`));
      sent.destroy();
    }, TAKEN_WITHIN_MS);
    sent.on('error', reject);
    sent.on('close', () => clearTimeout(late));
    sent.end(body);
  });
}
