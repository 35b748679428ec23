import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ownerOfRun } from '../../src/machine/owner.ts';
import type { LabError } from '../../src/model/errors.ts';
import { defaultImages } from '../../src/platforms/common/image-names.ts';
import { runLabels } from '../../src/platforms/engine/labels.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import { removeNamespace } from '../../src/platforms/kubernetes/pods/run-namespace.ts';
import type { Platform } from '../../src/platforms/platform.ts';
import {
  engineProblem,
  isRequired as isEngineRequired,
  makeImage,
  openDocker,
  removeLabImages,
} from './docker-engine.ts';
import { failure } from './failure.ts';
import {
  clusterEnvironment,
  clusterProblem,
  clusterTraces,
  isRequired,
  openTestCluster,
} from './kubernetes-cluster.ts';
import { limitedBy } from './kubernetes-quota.ts';
import { sharedBy } from './shared-stack.ts';
import { jobs, stores, topology } from './topology.ts';

// A pod takes its seconds to start, and on a busy machine more of them.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { signal } = new AbortController();
const onStep = (): void => undefined;
const environment = clusterEnvironment('mishaps');
const [problem, noEngine] = await Promise.all([clusterProblem(), engineProblem()]);

function open(changed: NodeJS.ProcessEnv = {}): Promise<Platform> {
  return openPlatform('kubernetes', { environment: { ...environment, ...changed }, temporaryFolder: '/nowhere' });
}

/** What something must end with that goes wrong in a cluster. */
async function mishap(promise: Promise<unknown>): Promise<LabError> {
  const error = await failure(promise);
  expect(error.exitCode).toBe(4);
  expect(error.message).toMatch(/^[A-Z][^\n]*\.$/);
  expect([error.message, error.hint, ...error.details].join('\n')).not.toMatch(/^ +at |\[object |undefined/m);
  return error;
}

let cluster: Cluster;
const traces = (runId: string): Promise<readonly string[]> => clusterTraces(cluster, 'run', runId);

beforeEach((context) => {
  if (problem !== undefined && !isRequired) context.skip(problem);
});

beforeAll(async () => {
  if (problem === undefined || isRequired) cluster = await openTestCluster();
});

afterAll(async () => {
  if (problem !== undefined) return;
  expect(await clusterTraces(cluster, 'host', String(environment.SCALE_LAB_HOST))).toEqual([]);
  cluster.requests.close();
  await removeLabImages(environment);
});

describe('a stack that cannot start', () => {
  /** The error of its start, after which nothing of it may be there. */
  async function startFails(runId: string, changed: NodeJS.ProcessEnv = {}): Promise<LabError> {
    const error = await mishap((await open(changed)).up({ stores, runId, signal, onStep }));
    expect(await traces(runId)).toEqual([]);
    return error;
  }

  test('where its name is taken says so, and leaves what has that name alone', async () => {
    const name = 'scale-lab-mishap-taken';
    const labels = { 'somebody.else': 'yes' };
    await cluster.objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    try {
      const error = await startFails('mishap-taken');
      expect(error.message).toContain(`The namespace ${name} cannot be made: `);
      expect(error.hint).toContain('scale-lab clean');
      const { metadata, status } = await cluster.core.readNamespace({ name });
      expect({ labels: metadata?.labels, phase: status?.phase }).toMatchObject({ labels, phase: 'Active' });
    } finally {
      await cluster.core.deleteNamespace({ name });
    }
  });

  test('leaves alone what a lab in another container of this host has made, which clean tells', async () => {
    const owner = await ownerOfRun('elsewhere');
    const theirs = { ...owner, pid: 2 ** 30, place: { ...owner.place, pidNamespace: 1 } };
    const labels = runLabels(theirs, String(environment.SCALE_LAB_HOST));
    const name = 'scale-lab-mishap-elsewhere';
    await cluster.objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    try {
      const told: string[] = [];
      expect(await (await open()).clean(signal, { onSkip: (sentence) => void told.push(sentence) })).toEqual([]);
      expect(told).toEqual(['the run elsewhere was started in another container (pid namespace), and is left alone']);
      expect((await cluster.core.readNamespace({ name })).status?.phase).toBe('Active');
    } finally {
      await removeNamespace(cluster, name, signal);
    }
  });

  test('for an image that its node cannot find names it, and the three ways to nodes', async () => {
    const error = await startFails('mishap-no-image', { SCALE_LAB_REDIS_IMAGE: '127.0.0.1:1/no-redis' });
    expect(error.message).toContain('Redis cannot start: its node cannot find the image 127.0.0.1:1/no-redis');
    expect(error.hint).toMatch(/^Load it onto the nodes, push it .*, or name one .*SCALE_LAB_REDIS_IMAGE=<image>/);
  });

  test('for an image that does not start ends with the last lines of its log', async (context) => {
    if (noEngine !== undefined && !isEngineRequired) context.skip(noEngine);
    const name = `scale-lab-test-broken-pod:${process.pid}`;
    const { SCALE_LAB_REDIS_IMAGE: base = defaultImages.redis } = environment;
    const program = String.raw`#!/bin/sh\necho it broke >&2\nexit 3\n`;
    const breaking = `printf '${program}' > /usr/local/bin/redis-server && chmod 755 /usr/local/bin/redis-server`;
    await using _image = await makeImage(await openDocker(), name, `FROM ${base}\nUSER root\nRUN ${breaking}\n`);
    const error = await startFails('mishap-broken', { SCALE_LAB_REDIS_IMAGE: name });
    expect(error.message).toMatch(/^Redis exited with code 3(, again and again)?\.$/);
    expect(error.details).toEqual(['it broke']);
  });

  test('because it cannot do what was asked for says which platform can', async () => {
    const platform = await open();
    expect(platform.reachesUrls).toBe(false);
    const bare = await mishap(platform.up({ runId: 'mishap-bare', signal, onStep, stores: [] }));
    expect(bare.hint).toContain('--platform local');
    const pinned = await mishap(platform.up({ stores, runId: 'mishap-pinned', signal, onStep, pin: true }));
    expect(`${pinned.message} ${String(pinned.hint)}`).toMatch(/--pin is for --platform docker.*Leave out --pin/);
    expect([...(await traces('mishap-bare')), ...(await traces('mishap-pinned'))]).toEqual([]);
  });
});

describe('a stack that stays usable', () => {
  const runId = 'mishap-shared';
  const stack = sharedBy(async () => (await open()).up({ stores, runId, signal, onStep }));

  /** What a deployment ends with, after which nothing of it may be there. */
  async function deployFails(change: Parameters<typeof topology>[0]): Promise<LabError> {
    const error = await mishap((await stack()).deploy(topology(change), signal));
    const left = (await traces(runId)).filter((trace) => !/^pod (postgres|redis)-/.test(trace));
    expect(left).toEqual([`namespace scale-lab-${runId}`]);
    return error;
  }

  test('says by which quota there is no room for the load worker', async () => {
    const deployment = await (await stack()).deploy(topology(), signal);
    await using _quota = await limitedBy(cluster, `scale-lab-${runId}`, { pods: '3' });
    const loading = (async () => {
      for await (const { type } of deployment.generate(jobs(deployment.urls), signal)) expect(type).toBe('never');
    })();
    const error = await mishap(loading);
    expect(error.message).toMatch(/^The load worker has no pod: .*exceeded quota: limited, .*\.$/);
    expect(error.hint).toContain('ask for more');
    expect((await traces(runId)).filter((trace) => trace.includes('load-worker.mjs'))).toEqual([]);
  });

  test('says why the scheduler finds no node for a replica', async () => {
    const error = await deployFails({ limits: { cpu: 64, memoryBytes: undefined } });
    expect(error.message).toMatch(
      /^The application stays pending: 0\/\d+ nodes are available: .*Insufficient cpu.*\.$/,
    );
    expect(error.hint).toContain('add a node');
  });

  test('says of a program that is killed for its memory that the limit is too low', async () => {
    const error = await deployFails({ limits: { cpu: undefined, memoryBytes: 16 * 2 ** 20 } });
    expect(error.message).toMatch(/^The application was killed: it was at its memory limit(, again and again)?\.$/);
    expect(error.hint).toContain('limits.memory');
  });

  test('refuses a server at an address of this machine', async () => {
    const running = await stack();
    expect(() => running.reach('http://127.0.0.1:3000', ['127.0.0.1'])).toThrow(
      'cannot put load on a server at an address',
    );
  });

  test('says by which quota there is no room for all replicas', async () => {
    await stack();
    // Room for one of the two, whatever comes first.
    await using _quota = await limitedBy(cluster, `scale-lab-${runId}`, { 'requests.memory': '1Gi' });
    const error = await deployFails({ replicas: 2, limits: { cpu: undefined, memoryBytes: 512 * 2 ** 20 } });
    expect(error.message).toMatch(/^The application \(2 replicas\) has no pod: .*exceeded quota: limited, .*\.$/);
    expect(error.hint).toContain('lower replicas and limits');
  });

  test('runs what fits, after all that', async () => {
    const deployment = await (await stack()).deploy(topology(), signal);
    expect((await deployment.scrape(signal)).map((replica) => 'text' in replica)).toEqual([true]);
  });
});
