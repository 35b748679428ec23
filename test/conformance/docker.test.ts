import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ownerOfRun, processOf } from '../../src/machine/owner.ts';
import type { ServiceUsage } from '../../src/model/running-system.ts';
import { findPrograms } from '../../src/platforms/common/programs.ts';
import { defaultImages } from '../../src/platforms/common/image-names.ts';
import { label, runLabels } from '../../src/platforms/engine/labels.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import type { Deployment, Platform } from '../../src/platforms/platform.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import {
  containersOf,
  engineProblem,
  execute,
  hostOfItsOwn,
  isRequired,
  labelledTraces,
  makeImage,
  openDocker,
} from './docker-engine.ts';
import { failure } from './failure.ts';
import type { Service } from './platform-under-test.ts';
import { describePlatform } from './platform.ts';
import { createTodos, withMailer } from './services.ts';
import { sharedBy } from './shared-stack.ts';
import { closed, jobs, stores, topology } from './topology.ts';

const { signal } = new AbortController();
const environment = hostOfItsOwn('conformance');
const temporaryFolder = mkdtempSync(path.join(tmpdir(), 'conformance-docker-'));
const onStep = (): void => undefined;
/** What containers of tests are made of: an image that no other test removes. */
const { SCALE_LAB_NODE_IMAGE: nodeImage = defaultImages.node } = environment;
const open = (changed: NodeJS.ProcessEnv = {}): Promise<Platform> =>
  openPlatform('docker', { environment: { ...environment, ...changed }, temporaryFolder });
const traces = async (runId: string): Promise<readonly string[]> => labelledTraces(await openDocker(), 'run', runId);

const problem = await engineProblem();

beforeAll(async () => {
  if (problem !== undefined) return;
  // Where official images are pulled that takes longer than any test may.
  await using _stack = await (await open()).up({ stores, runId: 'first', signal, onStep });
}, 600_000);

afterAll(async () => {
  rmSync(temporaryFolder, { recursive: true, force: true });
  if (problem === undefined) await (await open()).clean(signal, { images: true });
});

async function killWorker(runId: string): Promise<void> {
  const docker = await openDocker();
  const { Id } = (await containersOf(docker, runId)).get('load-2') ?? { Id: '' };
  await docker.getContainer(Id).kill();
}

async function killService(runId: string, service: Service, most = Infinity): Promise<void> {
  const docker = await openDocker();
  const isOf = (name: string): boolean => name === service || new RegExp(`^${service}-\\d+$`).test(name);
  const running = [...(await containersOf(docker, runId))].filter(([name, { State }]) => isOf(name) && State.Running);
  if (running.length === 0) throw new Error(`no ${service} runs in ${runId}`);
  for (const [, { Id }] of running.slice(0, most)) await docker.getContainer(Id).kill();
}

describePlatform({
  name: 'docker',
  environment,
  temporaryFolder,
  traces,
  killWorker,
  killService,
  isRequired,
  hasOwnActTests: true,
});

describe('platform docker, beyond what all platforms show', () => {
  let docker: Docker;

  beforeEach(async (context) => {
    if (problem !== undefined && !isRequired) context.skip(problem);
    docker = await openDocker();
  });

  /** For the tests that need no stack of their own; it is closed after the last of them. */
  const sharedStack = sharedBy(async () => (await open()).up({ stores, runId: 'shared', signal, onStep }));

  async function loaded(deployment: Deployment, durationMs: number): Promise<readonly ServiceUsage[]> {
    for await (const message of deployment.generate(jobs(deployment.urls, { load: closed({ durationMs }) }), signal)) {
      if (message.type === 'result') return (await deployment.usage?.(signal)) ?? [];
    }
    throw new Error('the load ended without a result');
  }

  test('everything carries our labels, may do little, and is published nowhere', async () => {
    const stack = await sharedStack();
    const deployment = await stack.deploy(topology({ replicas: 2 }), signal);
    expect(deployment.address).toBeUndefined();
    const containers = await containersOf(docker, 'shared');
    expect([...containers.keys()].sort()).toEqual(['agent', 'app-1', 'app-2', 'nginx', 'postgres', 'redis']);
    for (const [service, { Config, HostConfig, NetworkSettings }] of containers) {
      expect(Config.Labels[label.run], service).toBe('shared');
      expect(Config.Labels[label.host], service).toBe(environment.SCALE_LAB_HOST);
      expect(Config.Labels[label.owner], service).toBe(processOf(await ownerOfRun('shared')));
      expect(Config.User, service).not.toMatch(/^(root|0(:.*)?|)$/);
      expect(HostConfig, service).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], Privileged: false });
      expect(HostConfig.SecurityOpt, service).toEqual(['no-new-privileges']);
      expect(Object.values(NetworkSettings.Ports).flat().filter(Boolean), service).toEqual([]);
    }
    for (const service of ['app-1', 'nginx', 'postgres', 'redis'])
      expect(containers.get(service)?.Config.Healthcheck?.Test?.[0]).toBe('CMD');
    const mounted = [...containers.values()].flatMap(({ Mounts }) => Mounts.filter(({ Type }) => Type === 'volume'));
    const ours = (await traces('shared')).filter((trace) => trace.startsWith('volume '));
    expect(mounted.map(({ Name }) => `volume ${String(Name)}`).sort()).toEqual(ours);
    expect(ours.length).toBeGreaterThan(0);
  });

  test('passwords are in nothing that is given back', async () => {
    const stack = await sharedStack();
    const deployment = await stack.deploy(topology(), signal);
    const { Config } = (await containersOf(docker, 'shared')).get('postgres') ?? {};
    const password = Config?.Env.find((entry) => entry.startsWith('POSTGRES_PASSWORD='))?.slice(18) ?? '';
    expect(password.length).toBeGreaterThan(20);
    const told = [stack.versions, deployment.urls, await deployment.scrape(signal), await deployment.usage?.(signal)];
    expect(JSON.stringify(told)).not.toContain(password);
    const wrong = topology({ app: { pool: { ...defaultApp.pool, size: 0, queueLimit: 1, timeoutMs: 1 } } });
    const error = await failure(stack.deploy(wrong, signal));
    expect([error.message, error.hint, ...error.details].join('\n')).not.toContain(password);
  });

  test('the image is built once for the same programs, and anew for others', async () => {
    const folder = path.join(temporaryFolder, 'programs');
    const { app, worker, agent, link } = findPrograms();
    for (const file of [app, worker, agent, link]) cpSync(file, path.join(folder, 'dist', path.basename(file)));
    const platform = await openPlatform('docker', { environment, temporaryFolder, programs: findPrograms(folder) });
    const steps = async (): Promise<string> => {
      const said: string[] = [];
      await using _stack = await platform.up({ stores, runId: 'built', signal, onStep: (step) => said.push(step) });
      return said.join('\n');
    };
    await appendFile(findPrograms(folder).worker, '\n// changed\n');
    const said = await steps();
    expect(said).toContain('is built');
    // As one that was pushed to a registry has.
    const built = /scale-lab:[0-9a-f]+/.exec(said)?.[0] ?? '';
    await docker.getImage(built).tag({ repo: 'registry.example/scale-lab', tag: 'again' });
    expect(await steps()).not.toContain('is built');
    // The platform of these tests has another image: that one is outdated there, and this one stays.
    const removed = await (await open()).clean(signal);
    expect(removed.map(({ kind }) => kind)).toEqual(['image']);
    expect(await (await open()).clean(signal)).toEqual([]);
  });

  test('replicas that can stay do, when there are more of them or fewer', async () => {
    const stack = await sharedStack();
    const ids = async (replicas: number): Promise<ReadonlyMap<string, string>> => {
      await stack.deploy(topology({ replicas }), signal);
      return new Map([...(await containersOf(docker, 'shared'))].map(([service, { Id }]) => [service, Id]));
    };
    const one = await ids(1);
    const three = await ids(3);
    expect(three.get('app-1')).toBe(one.get('app-1'));
    const two = await ids(2);
    for (const service of ['app-1', 'app-2', 'nginx']) expect(two.get(service)).toBe(three.get(service));
    expect(two.has('app-3')).toBe(false);
  });

  test('what runs beside is started anew with what uses it, and the balancer of what is tested stays', async () => {
    const stack = await sharedStack();
    const ids = async (mailers: number, replicas: number): Promise<ReadonlyMap<string, string>> => {
      await stack.deploy(withMailer(mailers, { replicas }), signal);
      return new Map([...(await containersOf(docker, 'shared'))].map(([service, { Id }]) => [service, Id]));
    };
    const before = await ids(2, 2);
    const stores = ['agent', 'postgres', 'redis'];
    const asides = ['mailer-1', 'mailer-2', 'mailer-balancer'];
    expect([...before.keys()].sort()).toEqual(['app-1', 'app-2', ...asides, 'nginx', ...stores].sort());
    const again = await ids(2, 2);
    const kept = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): readonly string[] =>
      [...one].filter(([service, id]) => other.get(service) === id).map(([service]) => service);
    expect(kept(before, again).toSorted()).toEqual(['mailer-balancer', 'nginx', ...stores].sort());
    const alone = await ids(1, 1);
    expect([...alone.keys()].sort()).toEqual(['app-1', 'mailer-1', 'nginx', ...stores].sort());
    expect(kept(again, alone).toSorted()).toEqual(['nginx', ...stores].sort());
  });

  test('nothing that runs beside is published', async () => {
    await using stack = await (await open()).up({ stores, runId: 'beside', signal, onStep, publish: true });
    const deployment = await stack.deploy(withMailer(2, { replicas: 2 }), signal);
    const published = [...(await containersOf(docker, 'beside'))].filter(
      ([, { NetworkSettings }]) => Object.values(NetworkSettings.Ports).flat().filter(Boolean).length > 0,
    );
    expect(published.map(([service]) => service).sort()).toEqual(['app-1', 'nginx']);
    expect(await createTodos(deployment, 1)).toEqual([201]);
  });

  test('nginx takes other replicas also where it has logged a lot', async () => {
    const stack = await sharedStack();
    await stack.deploy(topology({ replicas: 2 }), signal);
    const { Id } = (await containersOf(docker, 'shared')).get('nginx') ?? { Id: '' };
    const chatter = 'for line in $(seq 500); do echo "upstream timed out $line" > /proc/1/fd/2; done';
    await execute(docker, Id, ['sh', '-c', chatter]);
    const deployment = await stack.deploy(topology({ replicas: 3 }), signal);
    await loaded(deployment, 500);
    const asked = (await deployment.scrape(signal)).map((replica) => ('text' in replica ? replica.text : ''));
    expect(asked.map((text) => /^http_requests_total.* [1-9]/m.test(text))).toEqual([true, true, true]);
  });

  test('a limit of CPU is kept to, and told of', async () => {
    const stack = await sharedStack();
    const limits = { cpu: 0.2, memoryBytes: 256 * 2 ** 20 };
    const deployment = await stack.deploy(topology({ limits }), signal);
    const before = (await deployment.usage?.(signal)) ?? [];
    const after = await loaded(deployment, 2_500);
    const of = (usages: readonly ServiceUsage[], name: string): ServiceUsage | undefined =>
      usages.find(({ copy }) => copy === name);
    expect(of(after, 'app-1')).toMatchObject({ cpuLimit: 0.2, memoryLimitBytes: limits.memoryBytes, ended: undefined });
    expect(of(after, 'app-1')?.throttledSeconds).toBeGreaterThan(of(before, 'app-1')?.throttledSeconds ?? Infinity);
    expect(of(after, 'app-1')?.cpuSeconds).toBeGreaterThan(of(before, 'app-1')?.cpuSeconds ?? Infinity);
    expect(of(after, 'app-1')?.memoryBytes).toBeGreaterThan(2 ** 20);
    expect(of(after, 'postgres')).toMatchObject({ throttledSeconds: 0, cpuLimit: undefined });
    expect(after.map(({ copy }) => copy)).toEqual(['app-1', 'postgres', 'redis']);
    expect(after.map(({ service, role }) => `${service}: ${role}`)).toEqual([
      'app: tested',
      'postgres: store',
      'redis: store',
    ]);
  });

  test('a replica that dies is named, by its metrics and by its usage', async () => {
    const stack = await sharedStack();
    const deployment = await stack.deploy(topology({ replicas: 2 }), signal);
    const { Id } = (await containersOf(docker, 'shared')).get('app-2') ?? { Id: '' };
    await docker.getContainer(Id).kill();
    expect(await deployment.scrape(signal)).toContainEqual({
      replica: 'app-2',
      problem: 'it was killed',
      ended: true,
    });
    const usage = await deployment.usage?.(signal);
    expect(usage?.filter(({ ended }) => ended !== undefined)).toMatchObject([
      { service: 'app', copy: 'app-2', ended: 'was killed', outOfMemory: false },
    ]);
    const again = await stack.deploy(topology({ replicas: 2 }), signal);
    expect((await again.scrape(signal)).every((replica) => 'text' in replica)).toBe(true);
  });

  test('that the agent has died is told of, and is not blamed on what is asked through it', async () => {
    await using stack = await (await open()).up({ stores, runId: 'unasked', signal, onStep });
    const deployment = await stack.deploy(topology(), signal);
    const { Id } = (await containersOf(docker, 'unasked')).get('agent') ?? { Id: '' };
    await docker.getContainer(Id).kill();
    const deaths = async () => (await deployment.deaths?.(signal)) ?? [];
    await expect
      .poll(deaths, { timeout: 10_000 })
      .toMatchObject([{ service: 'agent', isFatal: true, error: { message: 'The agent was killed.' } }]);
    expect((await failure(stack.deploy(topology({ replicas: 2 }), signal))).message).toBe('The agent was killed.');
  });

  test('a memory limit that is too low is what the error says', async () => {
    const stack = await sharedStack();
    const limits = { cpu: undefined, memoryBytes: 16 * 2 ** 20 };
    const error = await failure(stack.deploy(topology({ limits }), signal));
    expect(error.message).toBe('app-1 was killed: it was at its memory limit.');
    expect(error.hint).toContain('limits.memory');
  });

  test('load workers can be kept short of CPU', async () => {
    await using stack = await (
      await open({ SCALE_LAB_LOAD_CPU: '0.25' })
    ).up({ stores, runId: 'starved', signal, onStep });
    const deployment = await stack.deploy(topology(), signal);
    for await (const { type } of deployment.generate(jobs(deployment.urls, { workers: 2 }), signal)) {
      if (type !== 'measuring') continue;
      const containers = await containersOf(docker, 'starved');
      for (const service of ['load-1', 'load-2'])
        expect(containers.get(service)?.HostConfig.NanoCpus, service).toBe(0.25e9);
      expect(containers.get('app-1')?.HostConfig.NanoCpus).toBe(0);
    }
  });

  test('a server at an address of this machine is refused, with the platform that reaches it', async () => {
    const platform = await open();
    expect(platform.reachesUrls).toBe(false);
    const error = await failure(platform.up({ runId: 'bare', signal, onStep, stores: [] }));
    expect(error.hint).toContain('--platform local');
    const stack = await sharedStack();
    expect(() => stack.reach('http://127.0.0.1:3000', ['127.0.0.1'])).toThrow(error.message);
  });

  test('cores are shared out where that is asked for', async (context) => {
    const { NCPU } = (await docker.info()) as { NCPU: number };
    const up = (await open()).up({ stores, runId: 'pinned', signal, onStep, pin: true });
    if (NCPU === 1) {
      expect((await failure(up)).message).toContain('one core');
      context.skip('the Docker Engine has one core');
    }
    await using stack = await up;
    expect(stack.cores).toContain(`core ${NCPU - 1} to itself`);
    const deployment = await stack.deploy(topology(), signal);
    for await (const { type } of deployment.generate(
      jobs(deployment.urls, { load: closed({ durationMs: 60_000 }) }),
      signal,
    )) {
      if (type !== 'measuring') continue;
      const containers = await containersOf(docker, 'pinned');
      expect(containers.get('load-1')?.HostConfig.CpusetCpus).toBe(String(NCPU - 1));
      expect(containers.get('app-1')?.HostConfig.CpusetCpus).toMatch(/^0/);
      break;
    }
  });

  test('a detached stack outlives what let go of it, until `down`; neither touches anything else', async () => {
    const platform = await open();
    const labels = { 'somebody.else': 'yes', [label.run]: 'not-by-us' };
    const stranger = await docker.createContainer({ Image: nodeImage, Cmd: ['true'], Labels: labels });
    try {
      const stack = await platform.up({ stores, runId: 'detached', signal, onStep, publish: true, detached: true });
      const deployment = await stack.deploy(topology(), signal);
      stack.release();
      expect(await platform.clean(signal)).toEqual([]);
      expect((await fetch(`${String(deployment.address)}/readyz`)).status).toBe(200);
      // Another host's lab has nothing to do with it.
      expect(await (await open({ SCALE_LAB_HOST: 'elsewhere' })).down(signal)).toEqual([]);
      const removed = await platform.down(signal);
      expect(new Set(removed.map(({ runId }) => runId))).toEqual(new Set(['detached']));
      expect(await traces('detached')).toEqual([]);
      expect((await stranger.inspect()).Id).toBe(stranger.id);
    } finally {
      await stranger.remove({ force: true });
    }
  });

  test('what a lab in another container of this host has made is left alone, which is told', async () => {
    const owner = await ownerOfRun('elsewhere');
    const theirs = { ...owner, pid: 2 ** 30, place: { ...owner.place, pidNamespace: 1 } };
    const Labels = runLabels(theirs, String(environment.SCALE_LAB_HOST));
    const network = await docker.createNetwork({ Name: `scale-lab-test-elsewhere-${process.pid}`, Labels });
    try {
      const told: string[] = [];
      const options = { onSkip: (sentence: string) => void told.push(sentence) };
      expect(await (await open()).clean(signal, options)).toEqual([]);
      expect(told).toEqual(['the run elsewhere was started in another container (pid namespace), and is left alone']);
      await network.inspect();
    } finally {
      await network.remove();
    }
  });

  test('a container of a pod stays when a run is closed, though it carries the label of that', async () => {
    const labels = { [label.run]: 'closed-beside', 'io.kubernetes.pod.namespace': 'scale-lab-closed-beside' };
    const ofPod = await docker.createContainer({ Image: nodeImage, Cmd: ['true'], Labels: labels });
    try {
      const stack = await (await open()).up({ stores, runId: 'closed-beside', signal, onStep });
      await stack[Symbol.asyncDispose]();
      expect(await traces('closed-beside')).toEqual([expect.stringMatching(/^container .* true$/)]);
    } finally {
      await ofPod.remove({ force: true });
    }
  });

  test('a name that is taken already is told of, and nothing of ours is left', async () => {
    const network = await docker.createNetwork({ Name: 'scale-lab-taken', CheckDuplicate: true });
    try {
      const error = await failure((await open()).up({ stores, runId: 'taken', signal, onStep }));
      expect(error.message).toContain('scale-lab-taken');
      expect(error.hint).toContain('scale-lab clean');
      expect(await traces('taken')).toEqual([]);
    } finally {
      await network.remove();
    }
  });

  test('an image that cannot be pulled is named, with how to name another', async () => {
    const platform = await open({ SCALE_LAB_REDIS_IMAGE: '127.0.0.1:1/no-redis' });
    const error = await failure(platform.up({ stores, runId: 'no-image', signal, onStep }));
    expect(error.message).toContain('127.0.0.1:1/no-redis');
    expect(error.hint).toContain('SCALE_LAB_REDIS_IMAGE');
    expect(await traces('no-image')).toEqual([]);
  });

  test('an image of another kind is told of', async () => {
    const name = `scale-lab-test-empty:${process.pid}`;
    await using _image = await makeImage(docker, name, 'FROM scratch\nLABEL empty=yes\n');
    const error = await failure(
      (await open({ SCALE_LAB_REDIS_IMAGE: name })).up({ stores, runId: 'empty', signal, onStep }),
    );
    expect(error.message).toMatch(/^Redis cannot be started: /);
    expect(error.hint).toContain('docs/docker.md');
    expect(await traces('empty')).toEqual([]);
  });

  test('an image that does not start fails with the end of its log', async () => {
    const name = `scale-lab-test-broken:${process.pid}`;
    const { SCALE_LAB_POSTGRES_IMAGE: base = defaultImages.postgres } = environment;
    const entrypoint = JSON.stringify(['sh', '-c', 'echo it broke >&2; exit 3']);
    await using _image = await makeImage(docker, name, `FROM ${base}\nENTRYPOINT ${entrypoint}\n`);
    const broken = await open({ SCALE_LAB_POSTGRES_IMAGE: name });
    const error = await failure(broken.up({ stores, runId: 'broken', signal, onStep }));
    expect(error.message).toBe('PostgreSQL exited with code 3.');
    expect(error.details).toEqual(['it broke']);
    expect(await traces('broken')).toEqual([]);
  });

  test('where there is no Engine, each reason has its own sentence and fix', async () => {
    const said = async (host: string): Promise<string> => {
      const error = await failure((await open({ DOCKER_HOST: host })).up({ stores, runId: 'no', signal, onStep }));
      expect(error.exitCode).toBe(4);
      return `${error.message} ${String(error.hint)}`;
    };
    expect(await said('unix:///nowhere/docker.sock')).toMatch(/does not exist.*Install Docker/);
    expect(await said('tcp://127.0.0.1:1')).toMatch(/is stopped.*Start it/);
    expect(await (await open({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })).clean(signal)).toEqual([]);
  });
});
