import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ResolvedAct } from '../../src/model/acts.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import { removeLabImages } from './docker-engine.ts';
import {
  clusterEnvironment,
  clusterProblem,
  clusterTraces,
  isRequired,
  openTestCluster,
  podsOf,
} from './kubernetes-cluster.ts';
import { createTodos, toldTo, withMailer } from './services.ts';
import { stores, topology, total } from './topology.ts';

// A pod takes its seconds to start, and on a busy machine more of them.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { signal } = new AbortController();
const environment = clusterEnvironment('acts');
const problem = await clusterProblem();
const runId = 'acts-shared';
const deadAirMs = 1_000;

const app = { name: 'act', service: 'app', atMs: 0 } as const;
const postgres = { ...app, service: 'postgres', copies: [1] } as const;
const killReplica: ResolvedAct = { ...app, kind: 'kill', copies: [2], restart: 'always' };
const killDatabase: ResolvedAct = { ...postgres, kind: 'kill', restart: undefined };
const pause: ResolvedAct = { ...app, kind: 'pause', copies: [1], lastsMs: undefined };
const pauseDatabase: ResolvedAct = { ...postgres, kind: 'pause', lastsMs: undefined };
const flush: ResolvedAct = { ...app, kind: 'flush', service: 'redis' };
const mailer = { ...app, service: 'mailer' } as const;
const killMailer: ResolvedAct = { ...mailer, kind: 'kill', copies: [2], restart: 'always' };
const acts = [killReplica, killDatabase, pause, pauseDatabase, flush, killMailer];

async function act(deployment: Deployment, ...all: readonly ResolvedAct[]): Promise<void> {
  for (const each of all) await deployment.act?.(each, signal);
}

async function ask(deployment: Deployment, limit: AbortSignal = signal): Promise<number> {
  const response = await fetch(`${String(deployment.address)}/todos/1`, { signal: limit });
  await response.arrayBuffer();
  return response.status;
}

async function deathsOf(deployment: Deployment): Promise<readonly string[]> {
  return ((await deployment.deaths?.(signal)) ?? []).map(({ error }) => error.message);
}

interface Seen {
  readonly name: string | undefined;
  readonly ip: string | undefined;
  readonly restarts: number | undefined;
}

function seen({ metadata, status }: V1Pod): Seen {
  return { name: metadata?.name, ip: status?.podIP, restarts: status?.containerStatuses?.[0]?.restartCount };
}

const isThere = ({ metadata }: V1Pod): boolean => metadata?.deletionTimestamp === undefined;

describe('acts in a cluster', () => {
  let cluster: Cluster;
  let stack: Stack;

  beforeEach((context) => {
    if (problem !== undefined && !isRequired) context.skip(problem);
  });

  beforeAll(async () => {
    if (problem !== undefined && !isRequired) return;
    cluster = await openTestCluster();
    const platform = await openPlatform('kubernetes', { environment, temporaryFolder: '/nowhere' });
    stack = await platform.up({ stores, runId, signal, onStep: () => undefined, publish: true, acts });
  });

  afterAll(async () => {
    if (problem !== undefined) return;
    await stack[Symbol.asyncDispose]();
    expect(await clusterTraces(cluster, 'host', String(environment.SCALE_LAB_HOST))).toEqual([]);
    cluster.requests.close();
    await removeLabImages(environment);
  });

  /** The pods of a service, in the order of their names: that of their numbers. */
  async function copies(service: string): Promise<readonly Seen[]> {
    const pods = (await podsOf(cluster, runId, service)).filter(isThere).map(seen);
    return pods.toSorted((one, other) => (String(one.name) < String(other.name) ? -1 : 1));
  }

  const replicas = (): Promise<readonly Seen[]> => copies('app');

  const deploy = (wanted: Parameters<typeof topology>[0], done: readonly ResolvedAct[]): Promise<Deployment> =>
    stack.deploy({ ...topology({ balancer: undefined, ...wanted }), acts: done }, signal);

  test('a replica that is killed is started again in its pod, at its address, and is no death', async () => {
    const deployment = await deploy({ replicas: 2 }, [killReplica]);
    const [first, second] = await replicas();
    await act(deployment, killReplica);
    expect(await replicas()).toEqual([first, { ...second, restarts: 1 }]);
    expect(deployment.subjectsOf?.(killReplica)).toEqual([second?.name]);
    expect((await deployment.scrape(signal)).map((told) => 'text' in told)).toEqual([true, true]);
    expect(await deathsOf(deployment)).toEqual([]);
    const happened = await deployment.happenings?.(0, signal);
    const restarted = happened?.filter(({ kind }) => kind === 'restarted');
    expect(restarted?.map(({ copy, text }) => [copy, text])).toEqual([
      [second?.name, 'was killed, and was started anew'],
    ]);
    expect([await ask(deployment), await ask(deployment)]).toEqual([200, 200]);
  });

  test('a paused replica answers nothing, and then what it was asked', async () => {
    const deployment = await deploy({ replicas: 1 }, [pause]);
    expect(await ask(deployment)).toBe(200);
    await act(deployment, pause);
    let isAnswered = false;
    const answer = ask(deployment).finally(() => (isAnswered = true));
    await expect(ask(deployment, AbortSignal.timeout(deadAirMs))).rejects.toThrow('timeout');
    expect(isAnswered).toBe(false);
    await act(deployment, { ...app, kind: 'resume', copies: [1] });
    expect(await answer).toBe(200);
  });

  test('a flushed cache holds nothing', async () => {
    const deployment = await deploy({ cache: { strategy: 'aside' } }, [flush]);
    const misses = async (): Promise<number> => total(await deployment.scrape(signal), 'cache_misses_total');
    const before = await misses();
    for (let request = 0; request < 3; request++) await ask(deployment);
    expect((await misses()) - before).toBe(1);
    await act(deployment, flush);
    await ask(deployment);
    expect((await misses()) - before).toBe(2);
  });

  test('what is stopped is replaced, what is restarted too and ready, and scaling leaves as many as it says', async () => {
    const stop: ResolvedAct = { ...app, kind: 'stop', copies: [1], graceMs: undefined };
    const restart: ResolvedAct = { ...app, name: 'again', kind: 'restart', copies: [2], graceMs: 0 };
    const scaleTo = (to: number): ResolvedAct => ({ ...app, name: `to ${to}`, kind: 'scale', to });
    const all = [stop, restart, scaleTo(3), scaleTo(1)];
    const deployment = await deploy({ replicas: 2 }, all);
    const [first, second] = await replicas();
    const serving = async (): Promise<readonly string[]> =>
      (await deployment.scrape(signal)).filter((told) => 'text' in told).map((told) => told.replica);
    await act(deployment, stop);
    expect(await serving()).not.toContain(first?.name);
    await act(deployment, restart);
    expect(deployment.subjectsOf?.(restart)).toEqual([second?.name]);
    const both = await serving();
    expect(both).toHaveLength(2);
    expect(both).not.toContain(second?.name);
    await act(deployment, scaleTo(3));
    expect(await serving()).toHaveLength(3);
    expect(await serving()).toEqual(expect.arrayContaining([...both]));
    await act(deployment, scaleTo(1));
    expect(await serving()).toHaveLength(1);
    expect(await deathsOf(deployment)).toEqual([]);
    expect(await ask(deployment)).toBe(200);
  });

  test('what runs beside the application is killed, rolled out and scaled as it is, and none of that is a death', async () => {
    const rollOut: ResolvedAct = { ...mailer, name: 'new', kind: 'roll-out', shutdown: 'graceful' };
    const scale: ResolvedAct = { ...mailer, name: 'one', kind: 'scale', to: 1 };
    const system = { ...withMailer(2, { balancer: undefined }), acts: [killMailer, rollOut, scale] };
    const deployment = await stack.deploy(system, signal);
    const [first, second] = await copies('mailer');
    await act(deployment, killMailer);
    expect(await copies('mailer')).toEqual([first, { ...second, restarts: 1 }]);
    expect(deployment.subjectsOf?.(killMailer)).toEqual([second?.name]);
    await act(deployment, rollOut);
    const renewed = (await copies('mailer')).map(({ name }) => name);
    expect(renewed).toHaveLength(2);
    expect(renewed.filter((name) => [first?.name, second?.name].includes(name))).toEqual([]);
    expect(await toldTo(deployment)).toEqual([0, 0]);
    await act(deployment, scale);
    expect(await toldTo(deployment)).toEqual([0]);
    expect(await createTodos(deployment, 1)).toEqual([201]);
    expect(await deathsOf(deployment)).toEqual([]);
  });

  test('the next deployment finds a database again that was killed, and one that was paused', async () => {
    for (const done of [killDatabase, pauseDatabase]) {
      const deployment = await deploy({ replicas: 1 }, [done]);
      await act(deployment, done);
      expect(await deathsOf(deployment)).toEqual([]);
      const next = await deploy({ replicas: 1 }, []);
      expect(await ask(next)).toBe(200);
      expect(await deathsOf(next)).toEqual([]);
    }
  });
});
