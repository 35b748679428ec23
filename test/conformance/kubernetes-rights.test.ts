import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { openPlatform } from '../../src/platforms/index.ts';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import { clusterRole } from '../../src/platforms/kubernetes/cluster/rights.ts';
import type { Platform } from '../../src/platforms/platform.ts';
import { removeLabImages } from './docker-engine.ts';
import { failure } from './failure.ts';
import {
  clusterEnvironment,
  clusterProblem,
  clusterTraces,
  isRequired,
  openTestCluster,
} from './kubernetes-cluster.ts';
import { userWith } from './kubernetes-user.ts';
import { jobs, plainTarget, stores, topology } from './topology.ts';

// A pod takes its seconds to start, and on a busy machine more of them.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { signal } = new AbortController();
const onStep = (): void => undefined;
const environment = clusterEnvironment('rights');
const problem = await clusterProblem();
let cluster: Cluster;
const traces = (): Promise<readonly string[]> => clusterTraces(cluster, 'host', String(environment.SCALE_LAB_HOST));

beforeEach((context) => {
  if (problem !== undefined && !isRequired) context.skip(problem);
});

beforeAll(async () => {
  if (problem === undefined || isRequired) cluster = await openTestCluster();
});

afterAll(async () => {
  if (problem !== undefined) return;
  expect(await traces()).toEqual([]);
  cluster.requests.close();
  await removeLabImages(environment);
});

type Rules = NonNullable<ReturnType<typeof clusterRole>['rules']>;

/** The platform as somebody sees it who may do that and no more; resolves once the cluster knows. */
async function openAs(name: string, rules: Rules, isEnough: boolean): Promise<Platform> {
  const user = await userWith(cluster, `scale-lab-test-${name}-${process.pid}`, rules);
  onTestFinished(() => user[Symbol.asyncDispose]());
  const options = { environment: { ...environment, KUBECONFIG: user.kubeconfig }, temporaryFolder: '/nowhere' };
  const platform = await openPlatform('kubernetes', { ...options, context: 'loaded-context' });
  const rights = async () => (await platform.requirements(signal)).find((requirement) => requirement.name === 'rights');
  await expect.poll(rights, { timeout: 30_000 }).toMatchObject({ met: isEnough });
  return platform;
}

test('what a user may not do is named, to the verb, before anything is made', async () => {
  const without: Readonly<Record<string, readonly string[]>> = {
    namespaces: ['delete'],
    'pods/attach': ['get', 'create'],
    'pods/portforward': ['create'],
    'pods/exec': ['create'],
    deployments: ['patch'],
  };
  const rules = (clusterRole().rules ?? []).map((rule) => {
    const missing = without[rule.resources?.[0] ?? ''] ?? [];
    return { ...rule, verbs: rule.verbs.filter((verb) => !missing.includes(verb)) };
  });
  const platform = await openAs(
    'lacking',
    rules.filter(({ verbs }) => verbs.length > 0),
    false,
  );
  const refused = await failure(platform.up({ stores, runId: 'rights-lacking', signal, onStep }));
  expect(refused.exitCode).toBe(4);
  expect(refused.message).toBe('The user of the context loaded-context may not do all that the lab needs.');
  const there = 'in the namespace scale-lab-rights-lacking';
  const lacks = [
    'delete namespaces in the cluster',
    `get, create pods/attach ${there}`,
    `patch deployments.apps ${there}`,
  ];
  expect(refused.details).toEqual(lacks);
  expect(refused.hint).toContain('docs/kubernetes.md');
  // Whoever wants to reach it needs one thing more.
  const published = await failure(platform.up({ stores, runId: 'rights-lacking', signal, onStep, publish: true }));
  expect(published.details).toEqual([...lacks.slice(0, 2), `create pods/portforward ${there}`, ...lacks.slice(2)]);
  // And so does whoever acts by a command in a container.
  const acting = await failure(platform.up({ stores, runId: 'rights-lacking', signal, onStep, acts: [kill] }));
  expect(acting.details).toEqual([...lacks.slice(0, 2), `create pods/exec ${there}`, ...lacks.slice(2)]);
  expect(await traces()).toEqual([]);
});

const kill = { kind: 'kill', name: 'k', service: 'app', atMs: 0, copies: [1], restart: 'always' } as const;

test('the rights that are asked for are enough, from the start to the end', async () => {
  const platform = await openAs('enough', clusterRole().rules ?? [], true);
  const stack = await platform.up({ stores, runId: 'rights-enough', signal, onStep, publish: true, acts: [kill] });
  onTestFinished(() => stack[Symbol.asyncDispose]());
  await stack.deploy(topology(), signal);
  const deployment = await stack.deploy({ ...topology({ replicas: 2 }), acts: [kill] }, signal);
  await deployment.act?.(kill, signal);
  expect((await fetch(`${String(deployment.address)}/readyz`)).status).toBe(200);
  let requests = 0;
  for await (const message of deployment.generate(jobs(deployment.urls), signal)) {
    if (message.type === 'result') requests = message.result.requests;
  }
  expect(requests).toBeGreaterThan(0);
  const told = [...(await deployment.scrape(signal)), await deployment.scrapeBackends?.(signal)];
  expect(told.map((metrics) => metrics !== undefined && 'text' in metrics)).toEqual([true, true, true]);
  expect((await deployment.usage?.(signal))?.length).toBeGreaterThanOrEqual(2);
  expect(await deployment.happenings?.(Date.now() + 60_000, signal)).toEqual([]);
  const rolling = await stack.deploy(
    topology({ rollout: { atMs: 0, shutdown: 'abrupt' }, balancer: undefined }),
    signal,
  );
  const act = { kind: 'roll-out', name: 'r', service: 'app', atMs: 0, shutdown: 'abrupt' } as const;
  expect(typeof rolling.act).toBe('function');
  await rolling.act?.(act, signal);
  // Nothing waits for a new version that is rolled out abruptly: it may not listen yet.
  const telling = async () => (await rolling.scrape(signal)).map((replica) => 'text' in replica);
  await expect.poll(telling, { timeout: 60_000 }).toEqual([true]);
  const hosted = await stack.deploy(plainServer, signal);
  expect((await fetch(String(hosted.address))).status).toBe(200);
  await stack[Symbol.asyncDispose]();
  expect(await traces()).toEqual([]);
  expect(await platform.clean(signal)).toEqual([]);
});

const { SCALE_LAB_NODE_IMAGE: nodeImage = 'node:22-slim' } = process.env;
const plainServer = {
  kind: 'image',
  image: nodeImage,
  args: ['node', '-e', "require('http').createServer((_, answer) => answer.end()).listen(process.env.PORT)"],
  port: 3000,
  ...plainTarget,
  environment: { A: 'secret' },
} as const;
