import { describe, expect, test } from 'vitest';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import { failure } from './failure.ts';
import type { Bench } from './platform-under-test.ts';
import { stores, topology } from './topology.ts';

const { signal } = new AbortController();
const onStep = (): void => undefined;

/** What a deployment tells of what has ended: its sentence, and whether anything is left to measure. */
async function told(deployment: Deployment): Promise<readonly string[]> {
  const deaths = (await deployment.deaths?.(signal)) ?? [];
  return deaths.map(({ isFatal, error }) => `${isFatal ? 'fatal: ' : ''}${error.message}`);
}

/** What every platform must show of services that end and were to run on. */
export function describeDeaths(bench: () => Bench, stack: () => Promise<Stack>): void {
  describe('tells that a service has died', () => {
    test('a replica, which others outlive, and all of them, which nothing does; then it deploys anew', async () => {
      const { runIdFor, killService } = bench();
      const runId = runIdFor('shared');
      const deployment = await (await stack()).deploy(topology({ replicas: 2 }), signal);
      expect(await told(deployment)).toEqual([]);
      await killService(runId, 'app', 1);
      await expect.poll(async () => told(deployment), { timeout: 30_000 }).toHaveLength(1);
      expect((await told(deployment))[0]).toMatch(/^app-\S+ .*\.$/);
      await killService(runId, 'app');
      const both = [expect.stringMatching(/^fatal: app-/), expect.stringMatching(/^fatal: app-/)];
      await expect.poll(async () => told(deployment), { timeout: 30_000 }).toEqual(both);
      expect(await told(await (await stack()).deploy(topology(), signal))).toEqual([]);
    });

    test('the balancer, and the database, with which nothing can be deployed any more', async () => {
      const { platform, runIdFor, killService } = bench();
      const runId = runIdFor('dead-backends');
      await using own = await platform.up({ stores, runId, signal, onStep });
      const deployment = await own.deploy(topology({ replicas: 2 }), signal);
      await killService(runId, 'nginx');
      const nginx: unknown = expect.stringMatching(/^fatal: nginx .*\.$/);
      await expect.poll(async () => told(deployment), { timeout: 30_000 }).toEqual([nginx]);
      await killService(runId, 'postgres');
      const postgres: unknown = expect.stringMatching(/^fatal: PostgreSQL .*\.$/);
      await expect.poll(async () => told(deployment), { timeout: 30_000 }).toEqual([postgres, nginx]);
      const again = own.deploy(topology({ freshData: true }), signal).then(told);
      // Where a cluster has started it anew something may be deployed, and is told to be dead all the same.
      expect(await again.catch(async () => [(await failure(again)).message])).toContainEqual(
        expect.stringMatching(/PostgreSQL (was killed|exited|is gone)/),
      );
    });
  });
}
