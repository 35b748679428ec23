import { describe, expect, test } from 'vitest';
import type { Topology } from '../../src/model/plan.ts';
import type { EntryUse } from '../../src/model/system.ts';
import type { Deployment } from '../../src/platforms/platform.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import { storesOf } from '../../src/services/system.ts';
import { readMetric } from '../../src/target-app/testing/metric.ts';
import type { Bench } from './platform-under-test.ts';
import { topology } from './topology.ts';

const { signal } = new AbortController();
const onStep = (): void => undefined;
const names = ['north', 'south'];

function withShards(sharding: Topology['app']['sharding']): Topology {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const services = names.map((name): EntryUse => ({
    kind: 'entry',
    name,
    entry: 'shard',
    replicas: undefined,
    limits,
  }));
  return { ...topology({ app: { ...defaultApp, sharding } }), services };
}

/** How many queries each shard has been sent so far. */
async function queriesOf(deployment: Deployment): Promise<readonly (number | undefined)[]> {
  const [replica] = await deployment.scrape(signal);
  const text = replica !== undefined && 'text' in replica ? replica.text : '';
  return names.map((shard) => readMetric(text, 'shard_queries_total', { shard }));
}

/** What every platform must show of several stores of one kind: each is another one. */
export function describeShards(bench: () => Bench): void {
  describe('runs several databases of the catalogue', () => {
    test('that have their part of the users each, and nothing of them stays', { timeout: 600_000 }, async () => {
      const { platform, traces, runIdFor } = bench();
      const runId = runIdFor('shards');
      {
        const stores = storesOf([withShards('modulo')]);
        await using stack = await platform.up({ stores, runId, signal, publish: true, open: true, onStep });
        const plain = await stack.deploy(withShards('none'), signal);
        const get = async ({ address = '' }: Deployment, path: string): Promise<unknown> =>
          (await fetch(address + path)).json();
        const paths = ['/users/3/todos', '/users/4/todos', '/todos?limit=20'];
        const expected = await Promise.all(paths.map((path) => get(plain, path)));
        expect(await queriesOf(plain)).toEqual([undefined, undefined]);

        const sharded = await stack.deploy(withShards('modulo'), signal);
        const told: unknown[] = [];
        for (const path of paths) told.push(await get(sharded, path));
        expect(told).toEqual(expected);
        // The odd user's are in the second one.
        expect(await queriesOf(sharded)).toEqual([2, 2]);
      }
      expect(await traces(runId)).toEqual([]);
    });
  });
}
