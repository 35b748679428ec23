import { describe, expect, test } from 'vitest';
import type { WorkerResult } from '../../src/load/job.ts';
import type { Deployment } from '../../src/platforms/platform.ts';
import type { Bench } from './platform.ts';
import { shareStack } from './shared-stack.ts';
import { counted, job, topology, total } from './topology.ts';

const { signal } = new AbortController();
const long = 60_000;

async function load(deployment: Deployment): Promise<WorkerResult> {
  let result: WorkerResult | undefined;
  for await (const message of deployment.generate(job(deployment.urls), signal)) {
    if (message.type === 'result') result = message.result;
  }
  if (result === undefined) throw new Error('the load ended without a result');
  return result;
}

/** What load on every platform's deployments must show. */
export function describeLoad(bench: () => Bench): void {
  describe('load', () => {
    const runId = 'load';
    const stack = shareStack(bench, runId);
    const workers = async (): Promise<readonly string[]> =>
      (await bench().traces(runId)).filter((trace) => trace.includes('load-worker.mjs'));

    test('counts what it sends, as the application does', async () => {
      const deployment = await (await stack()).deploy(topology(), signal);
      const result = await load(deployment);
      const errors = Object.values(result.errors).reduce((sum, count) => sum + count, 0);
      expect(result.errors).toEqual({});
      expect(result.requests).toBeGreaterThan(0);
      expect(result.requests + errors + result.unfinished).toBe(result.carried + result.sent);
      // The application also counts the warm-up, and what was in flight at the end.
      expect(total(await deployment.scrape(signal), 'http_requests_total')).toBeGreaterThanOrEqual(result.requests);
      expect(await workers()).toEqual([]);
    });

    test('reaches every replica', async () => {
      const deployment = await (await stack()).deploy(topology({ replicas: 3 }), signal);
      const { requests } = await load(deployment);
      const shares = (await deployment.scrape(signal)).map((replica) => counted(replica, 'http_requests_total'));
      expect(shares).toHaveLength(3);
      for (const share of shares) expect(share).toBeGreaterThan(requests / 10);
    });

    test('ends with the loop that reads it', async () => {
      const deployment = await (await stack()).deploy(topology(), signal);
      for await (const message of deployment.generate(job(deployment.urls, long), signal)) {
        expect(await workers()).not.toEqual([]);
        if (message.type !== 'result') break;
      }
      expect(await workers()).toEqual([]);
    });

    test('ends when it is told to', async () => {
      const deployment = await (await stack()).deploy(topology(), signal);
      const controller = new AbortController();
      const reason = new Error('enough');
      const loading = (async () => {
        for await (const { type } of deployment.generate(job(deployment.urls, long), controller.signal)) {
          if (type === 'measuring') controller.abort(reason);
        }
      })();
      await expect(loading).rejects.toBe(reason);
      expect(await workers()).toEqual([]);
    });
  });
}
