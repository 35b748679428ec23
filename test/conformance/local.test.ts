import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ownerLabel, ownerOfRun, parseOwnerLabel, processStatus } from '../../src/machine/owner.ts';
import type { WorkerLoad } from '../../src/model/load-profile.ts';
import type { Topology } from '../../src/model/plan.ts';
import type { ServiceUsage } from '../../src/model/running-system.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import { type Inhabitant, findInhabitants } from '../inhabitants.ts';
import { failure } from './failure.ts';
import { holdStack } from './held-stack.ts';
import { serve } from './plain-server.ts';
import type { PlatformUnderTest, Service } from './platform-under-test.ts';
import { describePlatform } from './platform.ts';
import { problemOf } from './requirements.ts';
import { createTodos, withMailer } from './services.ts';
import { closed, jobs, plainTarget, stores, topology, total } from './topology.ts';

const temporaryFolder = mkdtempSync(path.join(tmpdir(), 'conformance-'));
chmodSync(temporaryFolder, 0o711);
afterAll(() => rmSync(temporaryFolder, { recursive: true, force: true }));

async function folders(runId: string): Promise<readonly string[]> {
  const names = (await readdir(temporaryFolder)).filter((name) => parseOwnerLabel(name)?.runId === runId);
  return names.map((name) => path.join(temporaryFolder, name));
}

async function traces(runId: string): Promise<readonly string[]> {
  const found = await folders(runId);
  const processes = await Promise.all(found.map((folder) => findInhabitants(folder)));
  // PostgreSQL starts and ends processes of its own as it sees fit.
  const own = processes.flat().filter(({ command }) => !command.startsWith('postgres: '));
  return [...found, ...own.map(({ pid, command }) => `${pid} ${command}`)];
}

async function killWorker(runId: string): Promise<void> {
  const [folder = ''] = await folders(runId);
  process.kill((await inhabitant(folder, 'load-worker.mjs')).pid, 'SIGKILL');
}

/** What stands in the command of a service's main process. */
const commands = {
  app: 'target-app.mjs serve',
  nginx: 'master process',
  postgres: 'bin/postgres',
  'postgres-link': 'link.mjs postgres=',
  pooler: 'pgbouncer',
  redis: 'redis-server',
  mailer: 'target-app.mjs notifier',
};

async function pidsOf(runId: string, service: Service): Promise<readonly number[]> {
  const [folder = ''] = await folders(runId);
  const own = await findInhabitants(folder);
  return own.flatMap(({ pid, command }) => (command.includes(commands[service]) ? [pid] : []));
}

async function killService(runId: string, service: Service, most = Infinity): Promise<void> {
  const pids = await pidsOf(runId, service);
  if (pids.length === 0) throw new Error(`no ${service} runs in ${runId}`);
  for (const pid of pids.slice(0, most)) process.kill(pid, 'SIGKILL');
}

async function inhabitant(folder: string, part: string): Promise<Inhabitant> {
  const found = (await findInhabitants(folder)).find(({ command }) => command.includes(part));
  if (found === undefined) throw new Error(`no process with ${part} in its command was found`);
  return found;
}

const underTest: PlatformUnderTest = {
  name: 'local',
  environment: process.env,
  temporaryFolder,
  traces,
  killWorker,
  killService,
};

describePlatform(underTest);

describe('platform local, beyond what all platforms show', () => {
  const { signal } = new AbortController();
  const open = (environment: NodeJS.ProcessEnv = process.env, folder = temporaryFolder) =>
    openPlatform('local', { environment, temporaryFolder: folder });
  const onStep = (): void => undefined;

  beforeEach(async (context) => {
    const problem = problemOf(await (await open()).requirements(signal));
    if (problem !== undefined) context.skip(`platform local: ${problem}`);
  });

  test('a replica that dies is told of, and the others go on', async () => {
    await using stack = await (await open()).up({ stores, runId: 'dying', signal, onStep });
    const deployment = await stack.deploy(topology({ replicas: 2 }), signal);
    const [folder = ''] = await folders('dying');
    process.kill((await inhabitant(folder, 'target-app.mjs serve')).pid, 'SIGKILL');

    const problems = async (): Promise<readonly string[]> =>
      (await deployment.scrape(signal)).flatMap((metrics) => ('problem' in metrics ? [metrics.problem] : []));
    await expect.poll(problems).toEqual([expect.stringMatching(/^it was killed by SIGKILL$/)]);
    const again = await stack.deploy(topology({ replicas: 2 }), signal);
    expect(total(await again.scrape(signal), 'http_requests_total')).toBe(0);
  });

  test('several processes in each replica', async () => {
    await using stack = await (await open()).up({ stores, runId: 'workers', signal, onStep });
    const deployment = await stack.deploy(topology({ app: { workers: 2 } }), signal);
    expect((await fetch(`${String(deployment.address)}/todos/1`)).status).toBe(200);
    expect(await deployment.scrape(signal)).toHaveLength(1);
  });

  test('a program that is missing is named, with the packages that bring it', async () => {
    const { PATH: _, ...environment } = process.env;
    const platform = await open({ ...environment, PATH: temporaryFolder });
    const error = await failure(platform.up({ stores, runId: 'missing', signal, onStep }));
    expect(error.message).toBe('redis-server is not on PATH.');
    expect(error.hint).toContain('redis-server');
    expect(await traces('missing')).toEqual([]);
    const requirements = await platform.requirements(signal);
    expect(requirements.find(({ name }) => name === 'redis-server')?.met).toBe(false);
  });

  test('what runs beside the app is told where it has died, also its balancer, and the app goes on', async () => {
    await using stack = await (await open()).up({ stores, runId: 'beside', signal, onStep });
    const deployment = await stack.deploy(withMailer(2), signal);
    const used = (await deployment.usage?.(signal))?.map(({ copy }) => copy);
    expect(used).toEqual(['app-1', 'postgres', 'redis', 'mailer-1', 'mailer-2', 'mailer-balancer']);
    await killService('beside', 'nginx');
    await killService('beside', 'mailer');
    const deaths = async (): Promise<unknown> =>
      (await deployment.deaths?.(signal))?.map(({ copy, isFatal }) => [copy, isFatal]);
    await expect.poll(deaths).toEqual(used?.slice(3).map((copy) => [copy, false]));
    expect(await createTodos(deployment, 2)).toEqual([201, 201]);
  });

  test('what runs beside the app is another one in each trial; without it the app stays, and nginx in front of it', async () => {
    await using stack = await (await open()).up({ stores, runId: 'staying', signal, onStep });
    const pidsAfter = async (system: Topology): Promise<readonly number[]> => {
      await stack.deploy(system, signal);
      const services = ['app', 'mailer', 'nginx'] as const;
      return (await Promise.all(services.map((service) => pidsOf('staying', service)))).flat();
    };
    const alone = topology({ replicas: 2 });
    expect(await pidsAfter(alone)).toEqual(await pidsAfter(alone));
    const first = await pidsAfter(withMailer(2, { replicas: 2 }));
    expect(first).toHaveLength(6);
    // Each is told where another one is that is new.
    const second = await pidsAfter(withMailer(2, { replicas: 2 }));
    expect(second.filter((pid) => first.includes(pid))).toEqual([]);
  });

  describe('a server of the user', () => {
    const { PATH: _, ...rest } = process.env;
    const poor = { ...rest, PATH: temporaryFolder };

    test('is reached without PostgreSQL, Redis and nginx', async () => {
      await using server = await serve();
      {
        await using stack = await (await open(poor)).up({ runId: 'bare', signal, onStep, stores: [] });
        expect(stack.versions).toEqual({});
        const deployment = stack.reach(server.url, ['127.0.0.1']);
        expect(deployment.urls).toEqual([{ url: server.url, ip: '127.0.0.1' }]);
        expect(await deployment.scrape(signal)).toEqual([]);
        expect('scrapeBackends' in deployment).toBe(false);
        const burst: WorkerLoad = { kind: 'burst', size: 10, times: 2, everyMs: 50, timeoutMs: 5_000 };
        for await (const message of deployment.generate(jobs(deployment.urls, { load: burst, workers: 2 }), signal)) {
          if (message.type === 'result') expect(message.result).toMatchObject({ errors: {}, requests: 20 });
        }
        // One burst warms up.
        expect(server.answered()).toBe(30);
        await expect(stack.deploy(topology(), signal)).rejects.toThrow('not in this stack');
      }
      expect(await traces('bare')).toEqual([]);
    });

    test('is reached beside an application, too', async () => {
      await using server = await serve();
      await using stack = await (await open()).up({ stores, runId: 'both', signal, onStep });
      await stack.deploy(topology(), signal);
      for await (const message of stack.reach(server.url, ['127.0.0.1']).generate(jobs([server.url]), signal)) {
        if (message.type === 'result') expect(message.result.errors).toEqual({});
      }
      expect(server.answered()).toBeGreaterThan(0);
    });
  });

  test('what each service uses, with all of its processes', async () => {
    await using stack = await (await open()).up({ stores, runId: 'usage', signal, onStep });
    const wanted = topology({ replicas: 2, app: { workers: 2 } });
    const deployment = await stack.deploy(wanted, signal);
    const used = async (): Promise<ReadonlyMap<string, ServiceUsage>> =>
      new Map((await deployment.usage?.(signal))?.map((usage) => [usage.copy, usage]));
    const before = await used();
    expect([...before.keys()]).toEqual(['app-1', 'app-2', 'postgres', 'redis', 'nginx']);
    expect([...before.values()].map(({ service, role }) => `${service}: ${role}`)).toEqual([
      ...['app: tested', 'app: tested', 'postgres: store', 'redis: store', 'nginx: balancer'],
    ]);
    for await (const _message of deployment.generate(
      jobs(deployment.urls, { load: closed({ durationMs: 3_000 }) }),
      signal,
    ));
    const after = await used();
    for (const [service, { cpuSeconds, memoryBytes, ended }] of after) {
      expect(ended, service).toBeUndefined();
      expect(memoryBytes, service).toBeGreaterThan(2 ** 20);
      expect(cpuSeconds, service).toBeGreaterThanOrEqual(before.get(service)?.cpuSeconds ?? Infinity);
    }
    for (const service of ['app-1', 'app-2', 'postgres'])
      expect(after.get(service)?.cpuSeconds, service).toBeGreaterThan(before.get(service)?.cpuSeconds ?? Infinity);

    const [folder = ''] = await folders('usage');
    process.kill((await inhabitant(folder, 'redis-server')).pid, 'SIGKILL');
    await expect.poll(async () => (await used()).get('redis')?.ended).toBe('was killed by SIGKILL');
    // What it had used is not lost with it; a tick of the clock may have passed since it was asked last.
    const ended = (await used()).get('redis')?.cpuSeconds;
    expect(ended).toBeGreaterThanOrEqual(after.get('redis')?.cpuSeconds ?? Infinity);
    expect((await used()).get('redis')?.cpuSeconds).toBe(ended);
  });

  test('a temporary folder that is not there is named', async () => {
    const platform = await open(process.env, path.join(temporaryFolder, 'nowhere'));
    const error = await failure(platform.up({ stores, runId: 'nowhere', signal, onStep }));
    expect(error.message).toContain('nowhere');
    expect(error.hint).toContain('TMPDIR');
  });

  describe('of processes', () => {
    /** A process that works in a folder, has a file of it open, and is none of the lab's. */
    function lookInto(folder: string): ChildProcess {
      const stranger = spawn('tail', ['-f', 'mark'], { cwd: folder, stdio: 'ignore' });
      onTestFinished(() => void stranger.kill('SIGKILL'));
      return stranger;
    }

    test('a stranger who looks into the folder of a run outlives it', async () => {
      const stack = await (await open()).up({ stores, runId: 'watched', signal, onStep });
      const [folder = ''] = await folders('watched');
      const stranger = lookInto(folder);
      await stack[Symbol.asyncDispose]();
      expect(await folders('watched')).toEqual([]);
      expect(stranger).toMatchObject({ exitCode: null, signalCode: null });
    });

    test('a stranger who looks into what a killed run left outlives its clean-up', async () => {
      await using killed = await holdStack(underTest, 'abandoned');
      const [folder = ''] = await folders('abandoned');
      const stranger = lookInto(folder);
      await killed.kill();
      const removed = await (await open()).clean(signal);
      expect(removed).toContainEqual({ runId: 'abandoned', kind: 'folder', description: folder });
      expect(removed.filter(({ description }) => description.startsWith(String(stranger.pid)))).toEqual([]);
      const left = await findInhabitants(folder);
      expect(left.map(({ pid }) => pid)).toEqual([stranger.pid]);
      expect(stranger).toMatchObject({ exitCode: null, signalCode: null });
    });

    test('what a server has started ends with it, wherever it has gone', async (context) => {
      if (process.platform !== 'linux') context.skip('there is no setsid');
      const file = path.join(temporaryFolder, 'daemon');
      const daemon = `cd / && exec setsid sh -c 'echo $$ > ${file}; exec sleep 1000' < /dev/null > /dev/null 2>&1`;
      const server = `require('node:http').createServer((_, answer) => answer.end()).listen(process.env.PORT)`;
      const command = `(${daemon}) & exec ${process.execPath} -e "${server}"`;
      let pid = 0;
      {
        await using stack = await (await open()).up({ runId: 'daemons', signal, onStep, stores: [] });
        const system = { kind: 'command', command, folder: '/', port: undefined } as const;
        await stack.deploy({ ...plainTarget, ...system }, signal);
        await expect.poll(async () => (pid = Number(await readFile(file, 'utf8').catch(() => '')))).toBeGreaterThan(0);
        expect((await processStatus(pid))?.zombie).toBe(false);
      }
      // Nobody may have taken note of its end.
      expect((await processStatus(pid))?.zombie ?? true).toBe(true);
    });
  });

  test('leaves alone what belongs to a process that it cannot see, and says so', async () => {
    const owner = await ownerOfRun('elsewhere');
    const place = { ...owner.place, pidNamespace: 1 };
    const theirs = [
      { ...owner, place },
      { ...owner, pid: 0, start: 0, place },
    ].map(ownerLabel);
    await Promise.all(theirs.map((name) => mkdir(path.join(temporaryFolder, name))));
    const platform = await open();
    for (const verb of ['clean', 'down'] as const) {
      const told: string[] = [];
      expect(await platform[verb](signal, { onSkip: (sentence) => told.push(sentence) })).toEqual([]);
      expect(told).toEqual(['the run elsewhere was started in another container (pid namespace), and is left alone']);
    }
    expect(await readdir(temporaryFolder)).toEqual(expect.arrayContaining(theirs));
    await Promise.all(theirs.map((name) => rm(path.join(temporaryFolder, name), { recursive: true })));
  });

  test('cleans up a folder that is only half made, and leaves those of others alone', async () => {
    const owner = { ...(await ownerOfRun('half-made')), pid: 2 ** 30 };
    const folder = path.join(temporaryFolder, ownerLabel(owner));
    const others = path.join(temporaryFolder, 'scale-lab-notes');
    await Promise.all([mkdir(folder), mkdir(others)]);
    const platform = await open();
    expect(await platform.clean(signal)).toEqual([{ runId: 'half-made', kind: 'folder', description: folder }]);
    expect(await readdir(temporaryFolder)).toContain('scale-lab-notes');
  });
});
