import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { expect, it } from 'vitest';

import { purge } from './rabbitmq.ts';

it('RabbitMQ is not waited for without end where it stands still', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  await expect(purge(`amqp://127.0.0.1:${port}`, 200)).rejects.toThrow('RabbitMQ: no answer within 200 ms');
  for (const socket of sockets) socket.destroy();
  silent.close();
});
