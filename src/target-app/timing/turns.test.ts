import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { Turns } from './turns.ts';

const BLOCKED_MS = 100;

function block(): void {
  const endsAtMs = performance.now() + BLOCKED_MS;
  while (performance.now() < endsAtMs);
}

/** The two ends of a connection to this process: what one sends waits in the kernel until the loop gets to it. */
async function connection(): Promise<[from: Socket, to: Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const from = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const to = await accepted;
  server.close();
  return [from, to];
}

/** Resolves once the loop has rested: on a busy machine a timer may be due before the loop gets to wait for it. */
async function rest(): Promise<void> {
  const { idleTime: beforeMs } = performance.nodeTiming;
  while (performance.nodeTiming.idleTime === beforeMs) await sleep(20);
}

const waited = (turns: Turns): number => turns.waitedMs(performance.now());

it('whoever comes first in a turn has not waited; the others have, for those before them', () => {
  const turns = new Turns();
  expect(waited(turns)).toBe(0);
  block();
  expect(waited(turns)).toBeGreaterThanOrEqual(BLOCKED_MS);
});

it('what came during a turn has waited half of it, on average', async () => {
  const [from, to] = await connection();
  const turns = new Turns();
  waited(turns);
  from.write('x');
  block();
  await once(to, 'data');
  expect(waited(turns)).toBeGreaterThanOrEqual(BLOCKED_MS / 2);
  from.destroy();
  to.destroy();
});

it('what comes after the loop has rested has not waited', async () => {
  const turns = new Turns();
  waited(turns);
  block();
  await rest();
  expect(waited(turns)).toBe(0);
});
