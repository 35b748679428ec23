import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { untilBack } from './removal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'removal-test-'));
});
afterEach(async () => rm(folder, { recursive: true }));

it('waits for an Engine that is started again, and tells that once', async () => {
  const name = path.join(folder, 'docker.sock');
  const options = { socketPath: name };
  const engine = { docker: new Docker(options), address: { name, isHere: true, options } };
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
