import { describe, expect, test } from 'vitest';
import type { Topology } from '../../src/model/plan.ts';
import type { EntryUse } from '../../src/model/system.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import type { Bench } from './platform-under-test.ts';
import { topology, total } from './topology.ts';

const { signal } = new AbortController();
const patiently = { timeout: 60_000 };

/** As a platform calls its copies. */
const ofStandby = /\bstandby\b/;

/** The app with two standbys, of which it reads as well as of the primary. */
function withStandbys(): Topology {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const standby: EntryUse = { kind: 'entry', name: 'standby', entry: 'standby', replicas: 2, limits };
  const app = { ...defaultApp, reads: { ...defaultApp.reads, from: 'anywhere' as const } };
  return { ...topology({ app }), services: [standby] };
}

/** The title of a todo, as each database in turn has it. */
async function titles({ address = '' }: Deployment, databases: number): Promise<readonly string[]> {
  const answers: string[] = [];
  for (let turn = 0; turn < databases; turn++) answers.push(await (await fetch(`${address}/todos/7`)).text());
  return answers.map((answer) => /"title":"([^"]*)"/.exec(answer)?.[1] ?? answer);
}

async function rename({ address = '' }: Deployment, title: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${address}/todos/7`, { method: 'PATCH', headers, body: JSON.stringify({ title }) });
  expect(answer.status).toBe(200);
}

/** What every platform must show of a service that begins with the data of a store, and is reached copy by copy. */
export function describeStandbys(bench: () => Bench, stack: () => Promise<Stack>): void {
  describe('runs standbys of the catalogue', () => {
    test('which have all that there was and what is written since, and nothing of them where the next has none', async () => {
      const { platform, traces, runIdFor } = bench();
      const left = async (): Promise<readonly string[]> =>
        (await traces(runIdFor('shared'))).filter((trace) => ofStandby.test(trace));

      await (await stack()).deploy(topology(), signal);
      const replicated = await (await stack()).deploy(withStandbys(), signal);
      const seeded = 'Sell the garden #7';
      expect(await titles(replicated, 3)).toEqual([seeded, seeded, seeded]);
      await rename(replicated, 'written since');
      const written = 'written since';
      await expect.poll(() => titles(replicated, 3), patiently).toEqual([written, written, written]);

      const told = await replicated.scrape(signal);
      expect(total(told, 'db_reads_total')).toBe(3 * total(told, 'db_reads_primary_total'));
      const usage = (await replicated.usage?.(signal)) ?? [];
      // A cluster tells of what has run for a minute.
      const copies = usage.map(({ copy }) => copy).filter((name) => ofStandby.test(name));
      if (!platform.orchestrates) expect(copies).toEqual(['standby-1', 'standby-2']);
      expect(await left()).not.toEqual([]);
      expect(await replicated.deaths?.(signal)).toEqual([]);

      await (await stack()).deploy(topology(), signal);
      await expect.poll(left, patiently).toEqual([]);
    });
  });
}
