import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ResolvedAct } from '../../src/model/acts.ts';
import type { Topology } from '../../src/model/plan.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import {
  containersOf,
  engineProblem,
  execute,
  hostOfItsOwn,
  isRequired,
  labelledTraces,
  openDocker,
} from './docker-engine.ts';
import { toldMore, toldTo, untilTold, untold, withMailer } from './services.ts';
import { closed, counted, jobs, stores, topology } from './topology.ts';

const { signal } = new AbortController();
const environment = hostOfItsOwn('acts');
const runId = 'acts';
const temporaryFolder = mkdtempSync(path.join(tmpdir(), 'conformance-docker-acts-'));
const problem = await engineProblem();

/** What is done, without its moment: nothing here waits for one. */
type Deed = ResolvedAct extends infer Each ? (Each extends unknown ? Omit<Each, 'name' | 'atMs'> : never) : never;

function acts(...deeds: readonly Deed[]): readonly ResolvedAct[] {
  return deeds.map((deed, index) => ({ ...deed, name: `act ${index + 1}`, atMs: 0 }));
}

describe('platform docker, under acts', () => {
  let docker: Docker;
  let stack: Stack;

  beforeAll(async () => {
    if (problem !== undefined) return;
    docker = await openDocker();
    const platform = await openPlatform('docker', { environment, temporaryFolder });
    stack = await platform.up({ stores, runId, signal, publish: true, onStep: () => undefined });
  }, 600_000);

  beforeEach((context) => {
    if (problem !== undefined && !isRequired) context.skip(problem);
  });

  afterAll(async () => {
    rmSync(temporaryFolder, { recursive: true, force: true });
    if (problem !== undefined) return;
    await stack[Symbol.asyncDispose]();
    expect(await labelledTraces(docker, 'run', runId)).toEqual([]);
    await (await openPlatform('docker', { environment, temporaryFolder })).clean(signal, { images: true });
  });

  /** Deploys a topology with acts, and gives what does each of them. */
  async function deploy(
    deeds: readonly Deed[],
    change: Parameters<typeof topology>[0] = {},
    asTopology: (change: Parameters<typeof topology>[0]) => Topology = topology,
  ): Promise<{ deployment: Deployment; act: (number: number) => Promise<void> }> {
    const all = acts(...deeds);
    const deployment = await stack.deploy({ ...asTopology(change), acts: all }, signal);
    const act = async (number: number): Promise<void> => {
      const one = all[number - 1];
      if (one === undefined) throw new Error(`there is no act ${number}`);
      await deployment.act?.(one, signal);
    };
    return { deployment, act };
  }

  async function of(service: string): Promise<{ id: string; pid: number; status: string; address: string }> {
    const found = (await containersOf(docker, runId)).get(service);
    if (found === undefined) throw new Error(`${service} is not there`);
    const { Id: id, State, NetworkSettings } = found;
    const [network] = Object.values(NetworkSettings.Networks);
    return { id, pid: State.Pid, status: State.Status, address: network?.IPAddress ?? '' };
  }

  /** Asks from inside the network, once: what is wrong with the answer stands in its place. */
  async function ask(url: string, limitMs = 10_000): Promise<string> {
    const { id } = await of('agent');
    const script = `fetch('${url}', { signal: AbortSignal.timeout(${limitMs}) }).then(
      async (answer) => console.log(answer.status, await answer.text()), ({ name }) => console.log(name))`;
    // Each piece of what it wrote has a head of eight bytes.
    return (await execute(docker, id, ['node', '-e', script])).slice(8).trim();
  }

  /** Which replicas have answered some of a short load, and how many requests were answered wrongly. */
  async function load(deployment: Deployment): Promise<{ answered: readonly string[]; errors: unknown }> {
    const requestsOf = async (): Promise<ReadonlyMap<string, number>> => {
      const told = await deployment.scrape(signal);
      return new Map(
        told.flatMap((one) => ('text' in one ? [[one.replica, counted(one, 'http_requests_total')] as const] : [])),
      );
    };
    const before = await requestsOf();
    for await (const message of deployment.generate(
      jobs(deployment.urls, { load: closed({ durationMs: 1_500 }) }),
      signal,
    )) {
      if (message.type !== 'result') continue;
      const after = [...(await requestsOf())];
      const answered = after.filter(([name, count]) => count > (before.get(name) ?? 0)).map(([name]) => name);
      return { answered, errors: message.result.errors };
    }
    throw new Error('the load ended without a result');
  }

  const kill = { kind: 'kill', service: 'app', copies: [1], restart: undefined } as const;

  test('a killed copy stays away, is no death, and is told to have ended; the next trial has it again', async () => {
    const { deployment, act } = await deploy([{ ...kill, copies: [2] }], { replicas: 3 });
    await act(1);
    expect((await of('app-2')).status).toBe('exited');
    expect(await deployment.deaths?.(signal)).toEqual([]);
    const told = await deployment.scrape(signal);
    expect(told.find(({ replica }) => replica === 'app-2')).toEqual({
      replica: 'app-2',
      problem: 'it was killed',
      ended: true,
    });
    const usage = (await deployment.usage?.(signal)) ?? [];
    expect(usage.find(({ copy }) => copy === 'app-2')?.ended).toBe('was killed');
    const { deployment: next } = await deploy([], { replicas: 3 });
    expect(await load(next)).toEqual({ answered: ['app-1', 'app-2', 'app-3'], errors: {} });
  });

  test('copies that are killed and started again are there under another pid, and in the balancer', async () => {
    const { deployment, act } = await deploy([{ ...kill, copies: [1, 3], restart: 'always' }], { replicas: 3 });
    const before = await Promise.all(['app-1', 'app-2', 'app-3'].map(of));
    await act(1);
    const after = await Promise.all(['app-1', 'app-2', 'app-3'].map(of));
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after.map(({ pid }, index) => pid === before[index]?.pid)).toEqual([false, true, false]);
    expect(await load(deployment)).toEqual({ answered: ['app-1', 'app-2', 'app-3'], errors: {} });
    expect((await deployment.usage?.(signal))?.filter(({ ended }) => ended !== undefined)).toEqual([]);
    // What ends by itself now is a death again.
    await docker.getContainer((await of('app-3')).id).kill();
    await expect
      .poll(async () => (await deployment.deaths?.(signal))?.map(({ copy }) => copy), { timeout: 10_000 })
      .toEqual(['app-3']);
  });

  test('the balancer finds a copy at another address, where another has taken its own', async () => {
    const { deployment } = await deploy([kill, { ...kill, copies: [2], restart: 'always' }], { replicas: 3 });
    const lastNumber = ({ address }: { readonly address: string }): number => Number(address.split('.').at(-1));
    const copies = await Promise.all([1, 2, 3].map(async (number) => ({ number, ...(await of(`app-${number}`)) })));
    const [lowest, next, last] = copies.sort((one, other) => lastNumber(one) - lastNumber(other));
    const killed = { ...kill, name: 'kill-app', atMs: 0 };
    await deployment.act?.({ ...killed, copies: [lowest?.number ?? 0] }, signal);
    await deployment.act?.({ ...killed, copies: [next?.number ?? 0], restart: 'always' }, signal);
    // The Engine deals out the lowest that is free: at least one lower than its own is.
    expect((await of(`app-${String(next?.number)}`)).address).not.toBe(next?.address);
    const { answered, errors } = await load(deployment);
    expect([new Set(answered), errors]).toEqual([
      new Set([next, last].map((copy) => `app-${String(copy?.number)}`)),
      {},
    ]);
  });

  test('a paused copy does not answer, and answers what it was asked once it goes on', async () => {
    const paused = { service: 'app', copies: [1] } as const;
    const { act } = await deploy([
      { kind: 'pause', lastsMs: undefined, ...paused },
      { kind: 'resume', ...paused },
      { kind: 'pause', lastsMs: undefined, ...paused },
    ]);
    const url = 'http://app-1:3000/todos/1';
    await act(1);
    expect(await ask(url, 1_000)).toBe('TimeoutError');
    const answer = ask(url);
    await act(2);
    expect(await answer).toMatch(/^200 .*"id":1/);
    // One that stands still is ended all the same.
    await act(3);
    const { deployment: next } = await deploy([]);
    expect((await load(next)).errors).toEqual({});
  });

  test('a stopped copy ends within its grace; a restarted one is the same container, with another pid', async () => {
    const { act } = await deploy(
      [
        { kind: 'stop', service: 'app', copies: [1], graceMs: undefined },
        { kind: 'restart', service: 'app', copies: [2], graceMs: 0 },
        { kind: 'restart', service: 'nginx', copies: [1], graceMs: undefined },
      ],
      { replicas: 3 },
    );
    await act(1);
    expect((await containersOf(docker, runId)).get('app-1')?.State.ExitCode).toBe(0);
    const before = await of('app-2');
    await act(2);
    const after = await of('app-2');
    expect(after.id).toBe(before.id);
    expect(after.pid).not.toBe(before.pid);
    const front = await of('nginx');
    expect((await containersOf(docker, runId)).get('nginx')?.Config).toMatchObject({ StopSignal: 'SIGTERM' });
    // It would not start with the name of a replica that has ended.
    await act(3);
    expect((await of('nginx')).pid).not.toBe(front.pid);
    expect(await ask('http://nginx:8080/todos/1')).toMatch(/^200 /);
  });

  test('a database that is killed keeps its rows, and is there for the next trial if nobody started it', async () => {
    const postgres = { kind: 'kill', service: 'postgres', copies: [1] } as const;
    const { deployment, act } = await deploy([
      { ...postgres, restart: 'always' },
      { ...postgres, restart: 'none' },
      { kind: 'kill', service: 'redis', copies: [1], restart: undefined },
    ]);
    await act(1);
    await expect.poll(async () => ask('http://app-1:3000/todos/1')).toMatch(/^200 .*"id":1/);
    await act(2);
    await act(3);
    expect(await deployment.deaths?.(signal)).toEqual([]);
    const { deployment: next } = await deploy([
      { kind: 'pause', service: 'postgres', copies: [1], lastsMs: undefined },
    ]);
    expect((await load(next)).errors).toEqual({});
    await next.act?.(
      { kind: 'pause', name: 'p', service: 'postgres', copies: [1], atMs: 0, lastsMs: undefined },
      signal,
    );
    const { deployment: last } = await deploy([], { freshData: true });
    expect((await load(last)).errors).toEqual({});
  });

  test('a flushed cache holds nothing any more', async () => {
    const { act } = await deploy([{ kind: 'flush', service: 'redis' }], { cache: { strategy: 'aside' } });
    await ask('http://app-1:3000/todos/1');
    const { id } = await of('redis');
    const keys = async (): Promise<string> => execute(docker, id, ['sh', '-c', 'redis-cli dbsize']);
    expect(await keys()).toMatch(/1/);
    await act(1);
    expect(await keys()).toMatch(/0/);
  });

  test('there are as many copies as an act says, from one on, and the highest go first', async () => {
    const { deployment, act } = await deploy([
      { kind: 'scale', service: 'app', to: 3 },
      { kind: 'scale', service: 'app', to: 2 },
    ]);
    expect(deployment.urls).toEqual(['http://nginx:8080']);
    await act(1);
    expect(await load(deployment)).toEqual({ answered: ['app-1', 'app-2', 'app-3'], errors: {} });
    await act(2);
    expect((await containersOf(docker, runId)).has('app-3')).toBe(false);
    expect(await load(deployment)).toEqual({ answered: ['app-1', 'app-2'], errors: {} });
    expect(await deployment.deaths?.(signal)).toEqual([]);
    await deploy([]);
    expect((await containersOf(docker, runId)).has('app-2')).toBe(false);
  });

  test('acts on the balancer and on what it fronts do not collide', async () => {
    const { deployment, act } = await deploy(
      [
        { kind: 'restart', service: 'nginx', copies: [1], graceMs: 0 },
        { ...kill, copies: [2], restart: 'always' },
        { kind: 'restart', service: 'nginx', copies: [1], graceMs: 0 },
        { kind: 'scale', service: 'app', to: 4 },
        { kind: 'pause', service: 'nginx', copies: [1], lastsMs: undefined },
        { kind: 'scale', service: 'app', to: 3 },
        { kind: 'resume', service: 'nginx', copies: [1] },
        { kind: 'restart', service: 'nginx', copies: [1], graceMs: 0 },
        { ...kill, copies: [1] },
      ],
      { replicas: 3 },
    );
    await Promise.all([act(1), act(2)]);
    await Promise.all([act(3), act(4)]);
    const { answered, errors } = await load(deployment);
    expect([new Set(answered), errors]).toEqual([new Set(['app-1', 'app-2', 'app-3', 'app-4']), {}]);
    await Promise.all([act(5), act(6)]);
    await act(7);
    expect(new Set((await load(deployment)).answered)).toEqual(new Set(['app-1', 'app-2', 'app-3']));
    await Promise.all([act(8), act(9)]);
    expect(new Set((await load(deployment)).answered)).toEqual(new Set(['app-2', 'app-3']));
    expect(await deployment.deaths?.(signal)).toEqual([]);
  });

  test('what a copy has used before it was restarted is not forgotten', async () => {
    const { deployment, act } = await deploy([{ kind: 'restart', service: 'app', copies: [1], graceMs: 0 }]);
    const used = async (): Promise<number> => {
      const usage = (await deployment.usage?.(signal)) ?? [];
      return usage.find(({ copy }) => copy === 'app-1')?.cpuSeconds ?? NaN;
    };
    const told: number[] = [];
    const long = jobs(deployment.urls, { load: closed({ durationMs: 10_000 }) });
    for await (const message of deployment.generate(long, signal)) {
      if (message.type === 'measuring') {
        await expect.poll(used, { timeout: 9_000 }).toBeGreaterThan(0.3);
        told.push(await used());
        await act(1);
        told.push(await used());
      }
      if (message.type === 'result') told.push(await used());
    }
    expect(told).toHaveLength(3);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
  });

  describe('on what runs beside it', () => {
    const mailer = { service: 'mailer', copies: [1] } as const;
    const several = (change: Parameters<typeof topology>[0]): Topology => withMailer(2, change);
    const lone = (change: Parameters<typeof topology>[0]): Topology => withMailer(1, change);
    const shares = async (deployment: Deployment): Promise<readonly number[]> => {
      await untilTold(deployment, 12);
      return toldMore(deployment, 12);
    };

    test('there are as many copies as an act says, and its balancer deals out to them', async () => {
      const { deployment, act } = await deploy(
        [
          { kind: 'scale', service: 'mailer', to: 3 },
          { kind: 'scale', service: 'mailer', to: 2 },
        ],
        {},
        lone,
      );
      await act(1);
      expect(await shares(deployment)).toEqual([4, 4, 4]);
      await act(2);
      expect(await shares(deployment)).toEqual([6, 6]);
      expect(await deployment.deaths?.(signal)).toEqual([]);
      expect((await containersOf(docker, runId)).has('mailer-3')).toBe(false);
    });

    test('a copy that is restarted, and the balancer of it, are told of again', async () => {
      const { deployment, act } = await deploy(
        [
          { kind: 'kill', ...mailer, restart: 'always' },
          { kind: 'restart', service: 'mailer-balancer', copies: [1], graceMs: undefined },
          { kind: 'kill', ...mailer, copies: [2], restart: undefined },
        ],
        {},
        several,
      );
      await act(1);
      await act(2);
      expect(await shares(deployment)).toEqual([6, 6]);
      await act(3);
      expect(await deployment.deaths?.(signal)).toEqual([]);
      const beside = (await deployment.scrapeBeside?.(signal)) ?? [];
      expect(beside.find(({ replica }) => replica === 'mailer-2')).toMatchObject({ service: 'mailer', ended: true });
    });

    test('a paused one is told what waited for it once it goes on', async () => {
      const { deployment, act } = await deploy(
        [
          { kind: 'pause', ...mailer, lastsMs: undefined },
          { kind: 'resume', ...mailer },
        ],
        {},
        lone,
      );
      await untilTold(deployment);
      const [before = NaN] = await toldTo(deployment);
      await act(1);
      expect(await deployment.scrapeBeside?.(signal)).toEqual([
        { service: 'mailer', replica: 'mailer-1', problem: 'it is paused' },
      ]);
      // The app waits a second for it, and goes on without.
      expect(await untold(deployment, 1)).toBe(1);
      await act(2);
      await expect.poll(() => toldTo(deployment)).toEqual([before + 1]);
      expect(await shares(deployment)).toEqual([12]);
    });
  });

  test('a person finds what was restarted where it was', async () => {
    const { deployment, act } = await deploy([{ kind: 'restart', service: 'app', copies: [1], graceMs: 0 }]);
    await act(1);
    expect((await fetch(`${String(deployment.address)}/readyz`)).status).toBe(200);
  });

  test('a copy that does not run is named', async () => {
    const { act } = await deploy([{ ...kill, copies: [4] }]);
    await expect(act(1)).rejects.toThrow('app-4 does not run.');
  });
});
