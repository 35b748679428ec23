import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeContainer, untilBack } from './removal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'removal-test-'));
});
afterEach(async () => rm(folder, { recursive: true }));

/** An Engine that is not there yet. */
function engineAt(name: string) {
  const options = { socketPath: name };
  return { docker: new Docker(options), address: { name, isHere: true, options } };
}

it('waits for an Engine that is started again, and tells that once', async () => {
  const name = path.join(folder, 'docker.sock');
  const engine = engineAt(name);
  const server = createServer((_, response) => response.end('OK'));
  const told: string[] = [];
  const back = untilBack(engine, (text) => {
    told.push(text);
    server.listen(name);
  });
  await back;
  await untilBack(engine, (text) => told.push(text));
  expect(told).toEqual([
    `the Docker Engine at ${name} does not answer: what the run has started is removed once it does`,
  ]);
  await new Promise((resolve) => server.close(resolve));
});

it('removes a container once an Engine is back that was stopping', async () => {
  const name = path.join(folder, 'docker.sock');
  const statuses = [500, 204];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.method));
    response.writeHead(statuses.shift() ?? 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'Canceled: grpc: the client connection is closing' }));
  });
  const removed = removeContainer(engineAt(name), 'abc');
  server.listen(name);
  await removed;
  expect(asked).toEqual(['DELETE', 'DELETE']);
  await new Promise((resolve) => server.close(resolve));
});
