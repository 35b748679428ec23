import type { KubernetesObject, V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ownerOfRun, processOf } from '../../src/machine/owner.ts';
import { label } from '../../src/platforms/engine/labels.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import type { Platform } from '../../src/platforms/platform.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import { engineProblem, isRequired as isEngineRequired, openDocker, removeLabImages } from './docker-engine.ts';
import { failure } from './failure.ts';
import {
  clusterEnvironment,
  clusterProblem,
  clusterTraces,
  isRequired,
  killPod,
  openTestCluster,
  podsOf,
} from './kubernetes-cluster.ts';
import { sharedBy } from './shared-stack.ts';
import { closed, counted, jobs, stores, topology } from './topology.ts';

// A pod takes its seconds to start, and on a busy machine more of them.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { signal } = new AbortController();
const onStep = (): void => undefined;
const environment = clusterEnvironment('stack');
const problem = await clusterProblem();
const waited = { timeout: 60_000, interval: 500 };

function open(changed: NodeJS.ProcessEnv = {}): Promise<Platform> {
  return openPlatform('kubernetes', { environment: { ...environment, ...changed }, temporaryFolder: '/nowhere' });
}

const nameOf = (pod: V1Pod | undefined): string => String(pod?.metadata?.name);

describe('platform kubernetes, beyond what all platforms show', () => {
  let cluster: Cluster;

  beforeEach((context) => {
    if (problem !== undefined && !isRequired) context.skip(problem);
  });

  beforeAll(async () => {
    if (problem === undefined || isRequired) cluster = await openTestCluster();
  });

  afterAll(async () => {
    if (problem !== undefined) return;
    // The shared stack is closed by then: what is to be done after all is done in reverse.
    expect(await clusterTraces(cluster, 'host', String(environment.SCALE_LAB_HOST))).toEqual([]);
    cluster.requests.close();
    await removeLabImages(environment);
  });

  /** For the tests that need no stack of their own; it is closed after the last of them. */
  const runId = 'stack-shared';
  const namespace = `scale-lab-${runId}`;
  const sharedStack = sharedBy(async () => (await open()).up({ stores, runId, signal, onStep }));
  const replicas = async (): Promise<readonly string[]> => (await podsOf(cluster, runId, 'app')).map(nameOf).sort();

  /** All objects of the run but those that Kubernetes puts into every namespace, and what it makes of ours. */
  async function objects(): Promise<readonly KubernetesObject[]> {
    const kinds = ['v1 ConfigMap', 'v1 Secret', 'v1 Service', 'v1 Pod', 'apps/v1 Deployment', 'apps/v1 ReplicaSet'];
    const lists = await Promise.all(
      kinds.map((kind) => cluster.objects.list(kind.split(' ')[0] ?? '', kind.split(' ')[1] ?? '', namespace)),
    );
    return lists
      .flatMap(({ items }) => items)
      .filter(({ metadata }) => !/^kube-root-ca\.crt$|^default-token-/.test(metadata?.name ?? ''));
  }

  test('replicas that can stay do, when there are more of them or fewer', async () => {
    const stack = await sharedStack();
    const names = async (count: number): Promise<readonly string[]> => {
      await stack.deploy(topology({ replicas: count }), signal);
      return replicas();
    };
    const [one, three, two] = [await names(1), await names(3), await names(2)];
    expect([one.length, three.length, two.length]).toEqual([1, 3, 2]);
    expect(three).toEqual(expect.arrayContaining([...one]));
    expect(three).toEqual(expect.arrayContaining([...two]));
  });

  test('everything carries our labels, and may do little', async () => {
    const stack = await sharedStack();
    const deployment = await stack.deploy(topology({ replicas: 2 }), signal);
    expect(deployment.address).toBeUndefined();
    const all = [await cluster.core.readNamespace({ name: namespace }), ...(await objects())];
    expect(all.length).toBeGreaterThan(15);
    const owner = processOf(await ownerOfRun(runId));
    for (const { metadata } of all) {
      expect(metadata?.labels?.[label.run], metadata?.name).toBe(runId);
      expect(metadata?.labels?.[label.host], metadata?.name).toBe(environment.SCALE_LAB_HOST);
      expect(metadata?.labels?.[label.owner], metadata?.name).toBe(owner);
    }
    const { items: pods } = await cluster.core.listNamespacedPod({ namespace });
    const services = pods.map(({ metadata }) => metadata?.labels?.[label.service]).sort();
    expect(services).toEqual(['app', 'app', 'nginx', 'postgres', 'redis']);
    for (const { metadata, spec } of pods) {
      const name = metadata?.name;
      expect(spec?.securityContext, name).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(spec?.securityContext?.runAsUser, name).toBeGreaterThan(0);
      expect(spec, name).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect([spec?.hostNetwork, spec?.hostPID, spec?.hostIPC].filter(Boolean), name).toEqual([]);
      expect(
        spec?.volumes?.filter((volume) => !volume.emptyDir && !volume.configMap && !volume.secret),
        name,
      ).toEqual([]);
      const [container, ...others] = spec?.containers ?? [];
      expect(others, name).toEqual([]);
      expect(container?.securityContext, name).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container?.ports?.filter(({ hostPort }) => hostPort !== undefined) ?? [], name).toEqual([]);
    }
  });

  test('a replica that is deleted is told of, and what takes its place is no other loss', async () => {
    const stack = await sharedStack();
    const deployment = await stack.deploy(topology({ replicas: 2 }), signal);
    const [gone, stays] = await podsOf(cluster, runId, 'app');
    await killPod(cluster, gone);
    const metrics = await deployment.scrape(signal);
    expect(metrics).toContainEqual({ replica: nameOf(gone), problem: 'its pod was deleted', ended: true });
    expect(metrics.filter((replica) => 'ended' in replica)).toHaveLength(1);
    expect(metrics.filter((replica) => 'text' in replica).map(({ replica }) => replica)).toContain(nameOf(stays));
    const again = await stack.deploy(topology({ replicas: 2 }), signal);
    expect((await again.scrape(signal)).map((replica) => 'text' in replica)).toEqual([true, true]);
  });

  test('passwords are in Secrets, and in nothing else that is made or given back', async () => {
    const stack = await sharedStack();
    const deployment = await stack.deploy(topology(), signal);
    const passwordOf = async (name: string, key: string): Promise<string> => {
      const { data = {} } = await cluster.core.readNamespacedSecret({ name, namespace });
      return Buffer.from(data[key] ?? '', 'base64').toString();
    };
    const passwords = [await passwordOf('postgres', 'POSTGRES_PASSWORD'), await passwordOf('redis', 'REDISCLI_AUTH')];
    for (const password of passwords) expect(password.length).toBeGreaterThan(20);
    const wrong = topology({ app: { pool: { ...defaultApp.pool, size: 0, queueLimit: 1, timeoutMs: 1 } } });
    const seen = [await deployment.scrape(signal), await deployment.usage?.(signal)];
    // Secrets themselves hold them in another spelling.
    const made = await objects();
    const happened = await deployment.happenings?.(0, signal);
    const { message, hint, details } = await failure(stack.deploy(wrong, signal));
    const told = [stack.versions, deployment.urls, seen, made, happened, message, hint, details];
    for (const password of passwords) expect(JSON.stringify(told)).not.toContain(password);
  });

  test('a replica that is killed and started anew is told of, with its time', async (context) => {
    const noEngine = await engineProblem();
    if (noEngine !== undefined && !isEngineRequired) context.skip(noEngine);
    const stack = await sharedStack();
    const deployment = await stack.deploy(topology({ replicas: 1 }), signal);
    const [replica = ''] = await replicas();
    const docker = await openDocker();
    const labels = [`io.kubernetes.pod.name=${replica}`, 'io.kubernetes.container.name=app'];
    const [container] = await docker.listContainers({ filters: { label: labels } });
    if (container === undefined) return context.skip('the cluster does not run on the Docker Engine of this machine');
    // By the clock of the node, to the whole second.
    const beganMs = Math.floor(Date.now() / 1000) * 1000;
    await docker.getContainer(container.Id).kill();
    const restarts = async () =>
      (await deployment.happenings?.(beganMs, signal))?.filter(({ kind }) => kind === 'restarted') ?? [];
    const texts = async () => (await restarts()).map(({ copy, text }) => `${copy} ${text}`);
    await expect.poll(texts, waited).toEqual([`${replica} was killed, and was started anew`]);
    const [restart] = await restarts();
    expect(restart?.atMs).toBeGreaterThanOrEqual(beganMs);
    expect(restart?.atMs).toBeLessThanOrEqual(Date.now());
    expect(await deployment.happenings?.(Date.now() + 60_000, signal)).toEqual([]);
    const used = async () => (await deployment.usage?.(signal))?.find(({ copy }) => copy === replica)?.restarts;
    await expect.poll(used, waited).toBe(1);
  });

  test('a slow replica is one of several behind a balancer', async () => {
    const stack = await sharedStack();
    const deployment = await stack.deploy(topology({ replicas: 3, slowReplicaMs: 20 }), signal);
    const loading = deployment.generate(jobs(deployment.urls), signal);
    for await (const message of loading) if (message.type === 'result') expect(message.result.errors).toEqual({});
    const pods = await podsOf(cluster, runId, 'app');
    const slow = pods.filter(isSlow).map(nameOf);
    expect(slow).toHaveLength(1);
    const metrics = await deployment.scrape(signal);
    expect(metrics.map(({ replica }) => replica).sort()).toEqual(pods.map(nameOf).sort());
    for (const replica of metrics) expect(counted(replica, 'http_requests_total')).toBeGreaterThan(0);
  });

  test.each(['graceful', 'abrupt'] as const)('a roll-out under load, %s', async (shutdown) => {
    const stack = await sharedStack();
    const pool = { ...defaultApp.pool, size: 20, timeoutMs: 30_000 };
    const wanted = {
      replicas: 2,
      balancer: undefined,
      rollout: { atMs: 0, shutdown },
      app: { queryCostMs: 100, pool },
    };
    const deployment = await stack.deploy(topology(wanted), signal);
    const before = await replicas();
    // Each connection has a request in flight at any moment.
    const load = closed({ driver: 'lab', connections: 12, durationMs: 120_000, timeoutMs: 60_000 });
    let errors = 0;
    const over = new AbortController();
    const act = { kind: 'roll-out', name: 'r', service: 'app', atMs: 0, shutdown } as const;
    let rolling: Promise<void> | undefined;
    for await (const message of deployment.generate(jobs(deployment.urls, { load }), signal)) {
      if (message.type === 'measuring') rolling = deployment.act?.(act, signal).then(() => over.abort());
      if (message.type !== 'second') continue;
      errors += message.errors;
      if (over.signal.aborted) break;
    }
    await rolling;
    // Old pods may still be listed for a while; none of them runs.
    const serving = (await deployment.scrape(signal)).map(({ replica }) => replica);
    expect(serving).toHaveLength(2);
    expect(serving.filter((name) => before.includes(name))).toEqual([]);
    if (shutdown === 'graceful') expect(errors).toBe(0);
    else expect(errors).toBeGreaterThan(0);
  });

  test('load workers can be kept short of CPU', async () => {
    await using stack = await (
      await open({ SCALE_LAB_LOAD_CPU: '0.25' })
    ).up({ stores, runId: 'stack-starved', signal, onStep });
    const deployment = await stack.deploy(topology(), signal);
    const limits = async (service: string): Promise<readonly unknown[]> =>
      (await podsOf(cluster, 'stack-starved', service)).map(({ spec }) => spec?.containers[0]?.resources?.limits?.cpu);
    const long = jobs(deployment.urls, { load: closed({ durationMs: 60_000 }), workers: 2 });
    for await (const { type } of deployment.generate(long, signal)) {
      if (type !== 'measuring') continue;
      expect(await limits('load')).toEqual(['250m', '250m']);
      expect(await limits('app')).toEqual([undefined]);
      break;
    }
  });

  test('a detached stack outlives what let go of it, until `down`', async () => {
    const platform = await open();
    const steps: string[] = [];
    const id = 'stack-detached';
    const stack = await platform.up({
      ...{ stores, runId: id, signal, publish: true, detached: true },
      onStep: (step) => steps.push(step),
    });
    // Whatever the test finds: nobody else would end it.
    onTestFinished(async () => {
      await platform.down(signal);
    });
    const deployment = await stack.deploy(topology(), signal);
    stack.release();
    expect(deployment.address).toBeUndefined();
    expect(steps.at(-1)).toContain(`kubectl --namespace scale-lab-${id} port-forward service/app 8080:3000`);
    const before = await clusterTraces(cluster, 'run', id);
    expect(before).toHaveLength(4);
    expect(await platform.clean(signal)).toEqual([]);
    // Another host's lab has nothing to do with it.
    expect(await (await open({ SCALE_LAB_HOST: 'elsewhere' })).down(signal)).toEqual([]);
    expect(await clusterTraces(cluster, 'run', id)).toEqual(before);
    const removed = await platform.down(signal);
    expect(removed).toEqual([{ kind: 'namespace', runId: id, description: `scale-lab-${id}` }]);
    expect(await clusterTraces(cluster, 'run', id)).toEqual([]);
  });
});

/** Whether it is of the Deployment of slow replicas. */
function isSlow({ metadata }: V1Pod): boolean {
  return metadata?.labels?.['scale-lab.deployment'] === 'app-3';
}
