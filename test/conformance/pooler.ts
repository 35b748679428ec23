import { describe, expect, test } from 'vitest';
import type { Topology } from '../../src/model/plan.ts';
import type { EntryUse } from '../../src/model/system.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import type { Bench } from './platform-under-test.ts';
import { problemOfEntry } from './requirements.ts';
import { counted, topology } from './topology.ts';

const { signal } = new AbortController();
const patiently = { timeout: 60_000 };

/** As a platform calls it, and what runs in it. */
const ofPooler = /\bpooler\b|\bpgbouncer\b/;

/** A pool that is larger than the pooler's, and queries that take so long that all of it is used. */
const app = { ...defaultApp, pool: { ...defaultApp.pool, size: 25 }, queryCostMs: 300 };

/** The app with a pooler between it and its database. */
export function withPooler(): Topology {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const pooler: EntryUse = { kind: 'entry', name: 'pooler', entry: 'pgbouncer', replicas: undefined, limits };
  return { ...topology({ app }), services: [pooler] };
}

/** The statuses of so many requests that are sent at the same time, and the connections to PostgreSQL that there are then. */
async function ask(deployment: Deployment, count: number) {
  const { address = '' } = deployment;
  const get = async (): Promise<number> => {
    const response = await fetch(`${address}/todos/1`);
    await response.arrayBuffer();
    return response.status;
  };
  const statuses = await Promise.all(Array.from({ length: count }, get));
  const backends = await deployment.scrapeBackends?.(signal);
  return {
    statuses: [...new Set(statuses)],
    connections: backends === undefined ? undefined : counted(backends, 'db_connections_serving'),
  };
}

/** What every platform must show of a service that stands between what is tested and a store. */
export function describePooler(bench: () => Bench, stack: () => Promise<Stack>): void {
  describe('runs a pooler of the catalogue', () => {
    test('in front of the database, which has its connections and no others, and nothing of it where the next has none', async (context) => {
      const { platform, traces, runIdFor } = bench();
      const problem = problemOfEntry('pgbouncer', await platform.requirements(signal));
      if (problem !== undefined) context.skip(`platform ${platform.name}: ${problem}`);
      const left = async (): Promise<readonly string[]> =>
        (await traces(runIdFor('shared'))).filter((trace) => ofPooler.test(trace));

      const pooled = await (await stack()).deploy(withPooler(), signal);
      // It opens them one after another, and keeps them: with more than these there would never be as many again.
      await expect.poll(() => ask(pooled, 30), patiently).toEqual({ statuses: [200], connections: 20 });
      expect(await left()).not.toEqual([]);
      expect(await pooled.deaths?.(signal)).toEqual([]);

      const plain = await (await stack()).deploy(topology({ app }), signal);
      await expect.poll(() => ask(plain, 30), patiently).toEqual({ statuses: [200], connections: 25 });
      await expect.poll(left, patiently).toEqual([]);
    });

    test('without which nothing works: its death is that of the trial, and the next has another one', async (context) => {
      const { platform, killService, runIdFor } = bench();
      const problem = problemOfEntry('pgbouncer', await platform.requirements(signal));
      if (problem !== undefined) context.skip(`platform ${platform.name}: ${problem}`);
      const deployment = await (await stack()).deploy(withPooler(), signal);
      await killService(runIdFor('shared'), 'pooler');
      const told = async (): Promise<readonly (readonly [boolean, string])[]> =>
        ((await deployment.deaths?.(signal)) ?? []).map(({ isFatal, error }) => [isFatal, error.message]);
      await expect.poll(told, patiently).toEqual([[true, expect.stringMatching(/^PgBouncer .*\.$/)]]);
      const again = await (await stack()).deploy(withPooler(), signal);
      expect(await again.deaths?.(signal)).toEqual([]);
      expect((await ask(again, 1)).statuses).toEqual([200]);
    });
  });
}
