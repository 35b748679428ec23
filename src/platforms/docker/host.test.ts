import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { target } from '../../services/own.ts';
import { copiesOf } from '../../services/service.ts';
import { openEngine } from '../engine/engine.ts';
import { DockerHost } from './host.ts';
import { RunContext } from './run-context.ts';

const { signal } = new AbortController();
const limits = { cpu: undefined, memoryBytes: undefined };
const shop = target({
  ...{ kind: 'image', image: 'shop:1', args: undefined, port: 8080, environment: {}, replicas: 3 },
  ...{ readyPath: undefined, readyLimitMs: 5_000, metricsPath: undefined, counters: {}, balancer: undefined, limits },
});

/** An Engine that has no image until one is pulled, and what it was asked. */
async function engineWithoutImages(): Promise<{
  readonly environment: { DOCKER_HOST: string };
  readonly asked: string[];
}> {
  const folder = mkdtempSync(path.join(tmpdir(), 'host-'));
  const socket = path.join(folder, 'docker.sock');
  const asked: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    '/version': { Version: '29.0', ApiVersion: '1.56' },
    '/info': { NCPU: 2, CpuCfsQuota: true, MemoryLimit: true },
    '/images/create': { status: 'Downloaded' },
  };
  const server = createServer(({ url = '' }, response) => {
    const [place = ''] = url.split('?');
    const isThere = asked.includes('/images/create');
    const answer = answers[place] ?? (isThere ? { Id: 'sha256:1', Config: {} } : undefined);
    asked.push(place);
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? { message: 'no such image' }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { environment: { DOCKER_HOST: `unix://${socket}` }, asked };
}

test('an image of the user that is missing is pulled once, before any of its copies starts', async () => {
  const { environment, asked } = await engineWithoutImages();
  const steps: string[] = [];
  const run = new RunContext({
    ...{ engine: await openEngine(environment, signal), runId: 'pulled', labImage: 'lab:1', loadLimits: limits },
    ...{ labels: {}, cores: { load: undefined, rest: undefined, sentence: undefined }, publish: false, open: true },
    image: () => Promise.reject(new Error('no base image is asked for')),
    onStep: (step) => steps.push(step),
  });
  const host = new DockerHost(run);
  const copies = copiesOf(shop);
  await host.makeReady(shop, copies, [], signal);
  expect(steps).toEqual(['shop:1 is pulled']);
  // Each copy finds it there.
  await host.makeReady(shop, copies, [], signal);
  expect(asked.filter((place) => place === '/images/create')).toHaveLength(1);
});
