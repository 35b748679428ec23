import { describe, expect, onTestFinished, test } from 'vitest';
import type { ActKind, ResolvedAct } from '../../src/model/acts.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import type { Bench } from './platform-under-test.ts';
import { withMailer } from './services.ts';
import { counted, stores, topology, total } from './topology.ts';

const { signal } = new AbortController();
const deadAirMs = 1_000;

/** What an act is for, and when, where that does not matter. */
const app = { name: 'act', service: 'app', atMs: 0 } as const;
const postgres = { ...app, service: 'postgres', copies: [1] } as const;

/** Does acts to a deployment, one after another. */
export async function act(deployment: Deployment, ...acts: readonly ResolvedAct[]): Promise<void> {
  for (const each of acts) {
    if (deployment.act === undefined) throw new Error('a deployment that does no acts');
    await deployment.act(each, signal);
  }
}

function ask(deployment: Deployment, path = '/todos/1', limit: AbortSignal = signal): Promise<number> {
  return fetch(`${String(deployment.address)}${path}`, { signal: limit }).then(async (response) => {
    await response.arrayBuffer();
    return response.status;
  });
}

/** The statuses of so many requests, one after another. */
async function statuses(deployment: Deployment, requests: number): Promise<readonly number[]> {
  const all: number[] = [];
  for (let request = 0; request < requests; request++) all.push(await ask(deployment));
  return all;
}

/** What the replicas have counted that tell something, each by its name. */
async function answersOf(deployment: Deployment): Promise<ReadonlyMap<string, number>> {
  const told = (await deployment.scrape(signal)).filter((metrics) => 'text' in metrics);
  return new Map(told.map((metrics) => [metrics.replica, counted(metrics, 'http_requests_total')]));
}

async function deathsOf(deployment: Deployment): Promise<readonly string[]> {
  return ((await deployment.deaths?.(signal)) ?? []).map(({ error }) => error.message);
}

/** Whether a copy stays away after an act, where nothing starts again what has ended. */
function endsForGood(each: ResolvedAct): boolean {
  return each.kind === 'stop' || (each.kind === 'kill' && each.restart !== 'always');
}

/** A test of acts, which are said beforehand; left out where the platform does not do them. */
export type TestAct = (
  title: string,
  kinds: readonly ActKind[],
  wanted: Parameters<typeof topology>[0] & {
    readonly acts: readonly ResolvedAct[];
    /** So many copies of the notification service are beside it. */
    readonly mailers?: number;
  },
  show: (deployment: Deployment, acts: readonly ResolvedAct[]) => Promise<void>,
) => void;

/** Tests acts on what is deployed on a stack. */
export function testsOn(bench: () => Bench, stack: () => Promise<Stack>): TestAct {
  return (title, kinds, { mailers, ...wanted }, show) => {
    test(title, async (context) => {
      const { platform } = bench();
      const missing = kinds.find((kind) => !platform.acts.includes(kind));
      if (missing !== undefined) context.skip(`platform ${platform.name} has no ${missing}`);
      if (wanted.acts.some(endsForGood) && platform.orchestrates)
        context.skip(`platform ${platform.name} starts again what has ended`);
      const system = mailers === undefined ? topology(wanted) : withMailer(mailers, wanted);
      const deployment = await (await stack()).deploy(system, signal);
      await show(deployment, wanted.acts);
      expect(await deathsOf(deployment)).toEqual([]);
    });
  };
}

/** What every platform must show that does acts; those that it lists. */
export function describeActs(bench: () => Bench, stack: () => Promise<Stack>): void {
  describe('does to what is deployed', () => {
    const testAct = testsOn(bench, stack);

    const killAndStart: ResolvedAct = { ...app, kind: 'kill', copies: [2], restart: 'always' };
    testAct(
      'a kill, after which the copy is started again at its place',
      ['kill'],
      { replicas: 2, acts: [killAndStart] },
      async (deployment, acts) => {
        expect(await statuses(deployment, 8)).toEqual(Array(8).fill(200));
        await act(deployment, ...acts);
        // Another process, which has counted nothing but what asked whether it is ready.
        const counts = await answersOf(deployment);
        expect([...counts.keys()].toSorted()).toEqual(['app-1', 'app-2']);
        expect(counts.get('app-2')).toBeLessThan(4);
        expect(counts.get('app-1')).toBeGreaterThanOrEqual(4);
      },
    );

    const killForGood: ResolvedAct = { ...app, kind: 'kill', copies: [1], restart: undefined };
    testAct(
      'a kill, after which the others answer alone',
      ['kill'],
      { replicas: 2, acts: [killForGood] },
      async (deployment, acts) => {
        await act(deployment, ...acts);
        const before = (await answersOf(deployment)).get('app-2') ?? NaN;
        // The balancer has to find out by a request that fails.
        const answered = (await statuses(deployment, 12)).filter((status) => status === 200);
        expect(answered.length).toBeGreaterThanOrEqual(11);
        const after = await answersOf(deployment);
        expect([...after.keys()]).toEqual(['app-2']);
        expect((after.get('app-2') ?? NaN) - before).toBe(answered.length);
      },
    );

    testAct(
      'a pause: nothing is answered until it goes on, and then what was asked meanwhile',
      ['pause', 'resume'],
      {
        acts: [
          { ...app, kind: 'pause', copies: [1], lastsMs: undefined },
          { ...app, kind: 'resume', copies: [1] },
        ],
      },
      async (deployment, [pause, resume]) => {
        if (pause === undefined || resume === undefined) throw new Error('two acts');
        await act(deployment, pause);
        let isAnswered = false;
        const answer = ask(deployment).finally(() => (isAnswered = true));
        await expect(ask(deployment, '/healthz', AbortSignal.timeout(deadAirMs))).rejects.toThrow('timeout');
        expect(isAnswered).toBe(false);
        await act(deployment, resume);
        expect(await answer).toBe(200);
      },
    );

    testAct(
      'a pause of the database, with all of its processes',
      ['pause', 'resume'],
      {
        acts: [
          { ...postgres, kind: 'pause', lastsMs: undefined },
          { ...postgres, kind: 'resume' },
        ],
      },
      async (deployment, [pause, resume]) => {
        if (pause === undefined || resume === undefined) throw new Error('two acts');
        // A connection of the pool is open, and it is a process of its own that answers there.
        expect(await ask(deployment)).toBe(200);
        await act(deployment, pause);
        await expect(ask(deployment, '/todos/1', AbortSignal.timeout(deadAirMs))).rejects.toThrow('timeout');
        expect(await ask(deployment, '/healthz')).toBe(200);
        await act(deployment, resume);
        expect(await ask(deployment)).toBe(200);
      },
    );

    testAct(
      'a stop and a restart: one copy is gone, the other is another',
      ['stop', 'restart'],
      {
        replicas: 3,
        acts: [
          { ...app, kind: 'stop', copies: [1], graceMs: undefined },
          { ...app, kind: 'restart', copies: [3], graceMs: 0 },
        ],
      },
      async (deployment, acts) => {
        expect(await statuses(deployment, 12)).toEqual(Array(12).fill(200));
        await act(deployment, ...acts);
        const counts = await answersOf(deployment);
        expect([...counts.keys()].toSorted()).toEqual(['app-2', 'app-3']);
        expect(counts.get('app-3')).toBeLessThan(counts.get('app-2') ?? NaN);
      },
    );

    testAct(
      'a flush: what was cached is asked for again',
      ['flush'],
      { cache: { strategy: 'aside' }, acts: [{ kind: 'flush', name: 'act', service: 'redis', atMs: 0 }] },
      async (deployment, acts) => {
        const misses = async (): Promise<number> => total(await deployment.scrape(signal), 'cache_misses_total');
        const before = await misses();
        await statuses(deployment, 3);
        expect((await misses()) - before).toBe(1);
        await act(deployment, ...acts);
        await statuses(deployment, 3);
        expect((await misses()) - before).toBe(2);
      },
    );

    testAct(
      'scaling out and in: all that there are answer, and no others',
      ['scale'],
      {
        replicas: 1,
        acts: [
          { ...app, kind: 'scale', to: 3 },
          { ...app, kind: 'scale', to: 2 },
        ],
      },
      async (deployment, acts) => {
        for (const scaling of acts) {
          await act(deployment, scaling);
          const replicas = scaling.kind === 'scale' ? scaling.to : NaN;
          const before = await answersOf(deployment);
          expect(before.size).toBe(replicas);
          expect(await statuses(deployment, 12)).toEqual(Array(12).fill(200));
          const after = await answersOf(deployment);
          const shares = [...after].map(([name, count]) => count - (before.get(name) ?? NaN));
          expect(shares.reduce((sum, share) => sum + share, 0)).toBe(12);
          expect(Math.min(...shares)).toBeGreaterThan(0);
        }
      },
    );

    testAct(
      'a restart of the balancer while replicas leave: it is told of them once it runs again',
      ['restart', 'scale'],
      {
        replicas: 3,
        acts: [
          { ...app, service: 'nginx', kind: 'restart', copies: [1], graceMs: undefined },
          { ...app, kind: 'scale', to: 2 },
        ],
      },
      async (deployment, acts) => {
        await Promise.all(acts.map((each) => act(deployment, each)));
        expect(await statuses(deployment, 12)).toEqual(Array(12).fill(200));
        expect([...(await answersOf(deployment)).keys()].toSorted()).toEqual(['app-1', 'app-2']);
      },
    );

    test('and deploys all of it as it was to be, also after the database and the balancer were ended', async (context) => {
      const { platform } = bench();
      if (!platform.acts.includes('kill')) context.skip(`platform ${platform.name} has no kill`);
      const killed: readonly ResolvedAct[] = [
        { ...postgres, kind: 'kill', restart: undefined },
        { ...postgres, service: 'nginx', kind: 'kill', restart: undefined },
        { ...app, kind: 'pause', copies: [2], lastsMs: undefined },
      ];
      const deployment = await (await stack()).deploy(topology({ replicas: 2, acts: killed }), signal);
      await act(deployment, ...killed);
      expect(await deathsOf(deployment)).toEqual([]);
      const again = await (await stack()).deploy(topology({ replicas: 2 }), signal);
      expect(await statuses(again, 6)).toEqual(Array(6).fill(200));
      expect([...(await answersOf(again)).keys()].toSorted()).toHaveLength(2);
      expect(await deathsOf(again)).toEqual([]);
    });

    test('and leaves nothing behind when it is closed in the middle of it', async (context) => {
      const { platform, runIdFor, traces } = bench();
      if (!platform.acts.includes('pause')) context.skip(`platform ${platform.name} has no pause`);
      const paused: readonly ResolvedAct[] = [
        { ...postgres, kind: 'pause', lastsMs: undefined },
        { ...app, kind: 'pause', copies: [1], lastsMs: undefined },
      ];
      const runId = runIdFor('acts-paused');
      const controller = new AbortController();
      const own = await platform.up({ stores, runId, signal, onStep: () => undefined });
      onTestFinished(() => own[Symbol.asyncDispose]());
      const deployment = await own.deploy(topology({ replicas: 2, acts: paused }), signal);
      await act(deployment, ...paused);
      // It waits for the database, and does not become ready.
      const restart: ResolvedAct = { ...app, kind: 'restart', copies: [2], graceMs: 0 };
      const restarting = deployment.act?.(restart, controller.signal);
      const reason = new Error('enough');
      setTimeout(() => controller.abort(reason), 300);
      await expect(restarting).rejects.toBe(reason);
      await own[Symbol.asyncDispose]();
      expect(await traces(runId)).toEqual([]);
    });
  });
}
