import { describe, expect, test } from 'vitest';
import { balancedBy } from '../../src/model/system.ts';
import { LabError } from '../../src/model/errors.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import type { Bench } from './platform-under-test.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import { storesOf } from '../../src/services/system.ts';
import { counted, topology, total } from './topology.ts';

const { signal } = new AbortController();

function url(deployment: Deployment, path: string): string {
  if (deployment.address === undefined) throw new Error('a deployment without an address');
  return deployment.address + path;
}

async function status(deployment: Deployment, path: string, method = 'GET'): Promise<number> {
  const response = await fetch(url(deployment, path), { method });
  await response.arrayBuffer();
  return response.status;
}

/** What every platform's deployments must show. */
export function describeDeployments(bench: () => Bench, stack: () => Promise<Stack>): void {
  test('deploys an application without a cache where there is none', async () => {
    const { platform, runIdFor, traces } = bench();
    const runId = runIdFor('cacheless');
    const steps: string[] = [];
    const onStep = (step: string): void => void steps.push(step);
    await using stack = await platform.up({
      runId,
      signal,
      publish: true,
      stores: storesOf([{ ...topology(), hasRedis: false }]),
      onStep,
    });
    expect(Object.keys(stack.versions)).not.toContain('redis');
    for (const replicas of [1, 2]) {
      const deployment = await stack.deploy(topology({ replicas }), signal);
      expect(await status(deployment, `/todos/${replicas}`)).toBe(200);
      expect(await status(deployment, `/todos/${replicas}`, 'DELETE')).toBe(204);
      expect(await deployment.deaths?.(signal)).toEqual([]);
      const backends = await deployment.scrapeBackends?.(signal);
      expect(backends).toHaveProperty('text', expect.stringContaining('db_connections'));
      expect(backends).toHaveProperty('text', expect.not.stringContaining('redis_'));
    }
    expect([...steps, ...(await traces(runId))].filter((text) => /redis/i.test(text))).toEqual([]);
  });

  describe('deploys', () => {
    test('says the versions of what runs', async () => {
      const { versions } = await stack();
      expect(versions.postgresql).toMatch(/^\d+\.\d+/);
      expect(versions.redis).toMatch(/^\d+\.\d+/);
    });

    test('an application that is ready, on the data that was asked for', async () => {
      const deployment = await (await stack()).deploy(topology({ data: { users: 7, todos: 40 } }), signal);
      expect(await status(deployment, '/readyz')).toBe(200);
      expect(await status(deployment, '/todos/40')).toBe(200);
      expect(await status(deployment, '/todos/41')).toBe(404);

      const more = await (await stack()).deploy(topology({ data: { users: 7, todos: 60 } }), signal);
      expect(await status(more, '/todos/60')).toBe(200);
      expect(await status(more, '/todos/61')).toBe(404);
      // What database and cache say of themselves is read through it.
      const backends = await more.scrapeBackends?.(signal);
      expect(backends?.replica).toBe('backends');
      expect(backends).toHaveProperty('text', expect.stringMatching(/^# TYPE /m));
    });

    /** What the cache says of three requests for the same todo. */
    const cached = async (strategy: 'none' | 'aside') => {
      const deployment = await (await stack()).deploy(topology({ cache: { strategy } }), signal);
      const counts = async (): Promise<readonly number[]> => {
        const told = await deployment.scrape(signal);
        return [total(told, 'cache_hits_total'), total(told, 'cache_misses_total')];
      };
      const before = await counts();
      for (let request = 0; request < 3; request++) await status(deployment, '/todos/1');
      const [hits, misses] = (await counts()).map((count, index) => count - (before[index] ?? NaN));
      return { hits, misses };
    };

    test('other settings in place of those before', async () => {
      expect(await cached('aside')).toMatchObject({ hits: 2 });
      expect(await cached('none')).toMatchObject({ hits: 0 });
    });

    test('and the first ones again, on an empty cache, also when nothing else changes', async () => {
      for (let time = 0; time < 2; time++) expect(await cached('aside')).toEqual({ hits: 2, misses: 1 });
    });

    test('data laid anew where the trial before may have changed it', async () => {
      const before = await (await stack()).deploy(topology(), signal);
      expect(await status(before, '/todos/3', 'DELETE')).toBe(204);
      expect(await status(before, '/todos/3')).toBe(404);
      const after = await (await stack()).deploy(topology({ freshData: true }), signal);
      expect(await status(after, '/todos/3')).toBe(200);
    });

    test('one replica, three, and one again', async () => {
      for (const replicas of [1, 3, 1]) {
        const deployment = await (await stack()).deploy(topology({ replicas }), signal);
        // A replica that could stay has counted before.
        const before = total(await deployment.scrape(signal), 'http_requests_total');
        for (let request = 0; request < 12; request++) expect(await status(deployment, '/todos/1')).toBe(200);
        const metrics = await deployment.scrape(signal);
        expect(new Set(metrics.map(({ replica }) => replica)).size).toBe(replicas);
        expect(total(metrics, 'http_requests_total') - before).toBe(12);
        for (const replica of metrics) expect(counted(replica, 'http_requests_total')).toBeGreaterThan(0);
      }
    });

    test('behind a balancer that prefers the least connections', async () => {
      const wanted = topology({ replicas: 2, balancer: balancedBy('least-connections') });
      const deployment = await (await stack()).deploy(wanted, signal);
      expect(await status(deployment, '/todos/1')).toBe(200);
    });

    test('an impossible setting fails with what the application said, and the stack stays usable', async () => {
      const impossible = topology({ app: { pool: { ...defaultApp.pool, size: 0, queueLimit: 1, timeoutMs: 1 } } });
      const error = await (await stack()).deploy(impossible, signal).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LabError);
      expect(error instanceof LabError && error.details.join('\n')).toContain('POOL_SIZE');
      expect(await status(await (await stack()).deploy(topology(), signal), '/readyz')).toBe(200);
    });

    test('nothing more once it is told to stop', async () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      const deploying = (await stack()).deploy(topology({ replicas: 2 }), controller.signal);
      controller.abort(reason);
      await expect(deploying).rejects.toBe(reason);
    });
  });
}
