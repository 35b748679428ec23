import { describe, expect, test } from 'vitest';
import type { ResolvedAct } from '../../src/model/acts.ts';
import { linkName } from '../../src/model/link.ts';
import type { Topology } from '../../src/model/plan.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import { act } from './acts.ts';
import type { Bench } from './platform-under-test.ts';
import { toldTo, untilTold, untold, withMailer } from './services.ts';
import { topology, total } from './topology.ts';

const { signal } = new AbortController();
const patiently = { timeout: 60_000 };

/** What is done to the link that leads to a service; when does not matter. */
const actsOn = (to: string) => {
  const link = { name: 'act', service: linkName(to), from: 'app', to, atMs: 0 } as const;
  return {
    slow: { ...link, kind: 'slow-link', latencyMs: 100, jitterMs: 0, lastsMs: undefined },
    cut: { ...link, kind: 'cut-link', how: 'reset', lastsMs: undefined },
    silence: { ...link, kind: 'cut-link', how: 'silent', lastsMs: undefined },
    heal: { ...link, kind: 'heal-link' },
  } as const satisfies Readonly<Record<string, ResolvedAct>>;
};

async function statusOf(deployment: Deployment, path = '/todos/1', limit = signal): Promise<number> {
  const response = await fetch(`${String(deployment.address)}${path}`, { signal: limit });
  await response.arrayBuffer();
  return response.status;
}

/** How many seconds the app has waited for the database in all. */
async function waitedSeconds(deployment: Deployment): Promise<number> {
  return total(await deployment.scrape(signal), 'db_query_duration_seconds_sum');
}

async function deathsOf(deployment: Deployment): Promise<readonly string[]> {
  const deaths = (await deployment.deaths?.(signal)) ?? [];
  return deaths.map(({ isFatal, error }) => `${isFatal ? 'fatal: ' : ''}${error.message}`);
}

/** What every platform must show of links between what is tested and what it uses, on a stack that others use as well. */
export function describeLinks(bench: () => Bench, stack: () => Promise<Stack>): void {
  describe('leads through links', () => {
    const deploy = async (wanted: Topology): Promise<Deployment> => (await stack()).deploy(wanted, signal);

    test('a link to the database, which can be slow, cut and silent, and is whole again after each', async () => {
      const { slow, cut, silence, heal } = actsOn('postgres');
      const wanted = { ...topology({ acts: [slow, heal, cut, heal, silence, heal, cut] }), links: ['postgres'] };
      const deployment = await deploy(wanted);
      expect(await statusOf(deployment)).toBe(200);

      const before = await waitedSeconds(deployment);
      await act(deployment, slow);
      expect(await statusOf(deployment)).toBe(200);
      // A query and its answer are under way for the latency each.
      const during = await waitedSeconds(deployment);
      expect(during - before).toBeGreaterThanOrEqual(0.2);
      await act(deployment, heal);

      await act(deployment, cut);
      expect(await statusOf(deployment)).toBeGreaterThanOrEqual(500);
      await act(deployment, heal);
      await expect.poll(() => statusOf(deployment), patiently).toBe(200);

      await act(deployment, silence);
      const answered = statusOf(deployment);
      await expect(statusOf(deployment, '/todos/2', AbortSignal.timeout(1_000))).rejects.toThrow('timeout');
      await act(deployment, heal);
      expect(await answered).toBe(200);

      // What is deployed next has to find a link to which nothing was done.
      await act(deployment, cut);
      expect(await deathsOf(deployment)).toEqual([]);
    });

    test('links to several services: what is done to one is not done to the other, and one that dies is told', async () => {
      const { cut, heal } = actsOn('mailer');
      const wanted = { ...withMailer(2, { acts: [cut, heal] }), links: ['postgres', 'mailer'] };
      const deployment = await deploy(wanted);
      await untilTold(deployment, 4);
      await act(deployment, cut);
      expect(await untold(deployment, 4)).toBe(4);
      await act(deployment, heal);
      await untilTold(deployment, 4);
      // Through its balancer where it has one.
      expect((await toldTo(deployment)).reduce((sum, told) => sum + told, 0)).toBeGreaterThanOrEqual(8);
      expect(await deathsOf(deployment)).toEqual([]);

      const { killService, runIdFor } = bench();
      await killService(runIdFor('shared'), 'postgres-link');
      const dead: unknown = expect.stringMatching(/^fatal: postgres-link .*\.$/);
      await expect.poll(() => deathsOf(deployment), patiently).toEqual([dead]);
    });
  });
}
