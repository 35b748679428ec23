import { describe, expect, test } from 'vitest';
import type { WorkerLoad } from '../../src/model/load-profile.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import type { LoadJob, WorkerResult } from '../../src/worker/protocol.ts';
import { failure } from './failure.ts';
import type { Bench } from './platform-under-test.ts';
import { closed, counted, jobs, topology, total } from './topology.ts';

const { signal } = new AbortController();
const long = { load: closed({ durationMs: 60_000 }) };

async function load(deployment: Deployment, all: readonly LoadJob[] = jobs(deployment.urls)): Promise<WorkerResult> {
  let result: WorkerResult | undefined;
  for await (const message of deployment.generate(all, signal)) {
    if (message.type === 'result') result = message.result;
  }
  if (result === undefined) throw new Error('the load ended without a result');
  return result;
}

/** What load on every platform's deployments must show. */
export function describeLoad(bench: () => Bench, stack: () => Promise<Stack>): void {
  describe('load', () => {
    const runId = (): string => bench().runIdFor('shared');
    /** What all of them are put on but the last. */
    let deployed: Promise<Deployment> | undefined;
    const application = (): Promise<Deployment> => {
      deployed ??= stack().then((running) => running.deploy(topology(), signal));
      // Where that failed the next test tries it again.
      deployed.catch(() => (deployed = undefined));
      return deployed;
    };
    const workers = async (): Promise<readonly string[]> =>
      (await bench().traces(runId())).filter((trace) => trace.includes('load-worker.mjs'));

    test('by two workers is counted as one', async () => {
      const deployment = await application();
      const before = total(await deployment.scrape(signal), 'http_requests_total');
      const burst: WorkerLoad = { kind: 'burst', size: 10, times: 3, everyMs: 50, timeoutMs: 5_000 };
      // The second asks for what there is not: the merged result shows what each has done.
      const shared = jobs(deployment.urls, { load: burst, workers: 2 }).map((job): LoadJob => {
        const { index } = job.share;
        const [path, status] = index === 0 ? ['/todos/1', 200] : ['/todos/1000', 404];
        const request = { name: path, method: 'GET', path, weight: 1, headers: {}, check: { status } };
        return { ...job, workload: { requests: [request], keys: {} } };
      });
      const { errors, statuses, sent, requests } = await load(deployment, shared);
      expect({ errors, sent, requests }).toEqual({ errors: {}, sent: 30, requests: 30 });
      expect(statuses).toEqual({ 200: 15, 404: 15 });
      // One burst warms up.
      expect(total(await deployment.scrape(signal), 'http_requests_total') - before).toBe(40);
      expect(await workers()).toEqual([]);
    });

    test('by three workers is as much as by one, to the request', async () => {
      const deployment = await application();
      const before = total(await deployment.scrape(signal), 'http_requests_total');
      const burst: WorkerLoad = { kind: 'burst', size: 10, times: 3, everyMs: 50, timeoutMs: 5_000 };
      const { errors, sent, requests } = await load(deployment, jobs(deployment.urls, { load: burst, workers: 3 }));
      expect({ errors, sent, requests }).toEqual({ errors: {}, sent: 30, requests: 30 });
      // One burst warms up.
      expect(total(await deployment.scrape(signal), 'http_requests_total') - before).toBe(40);
    });

    test('counts what it sends, as the application does', async () => {
      const deployment = await application();
      const before = total(await deployment.scrape(signal), 'http_requests_total');
      const result = await load(deployment, jobs(deployment.urls, { load: closed({ durationMs: 2_000 }) }));
      expect(result.errors).toEqual({});
      expect(result.requests).toBeGreaterThan(0);
      expect(result.requests + result.unfinished).toBe(result.carried + result.sent);
      // The application also counts the warm-up, and what was in flight at the end.
      const answered = total(await deployment.scrape(signal), 'http_requests_total') - before;
      expect(answered).toBeGreaterThanOrEqual(result.requests);
      expect(await workers()).toEqual([]);
    });

    test('is no smaller sum where a worker is lost: it fails, and the other is ended', async () => {
      const deployment = await application();
      const loading = (async () => {
        for await (const { type } of deployment.generate(jobs(deployment.urls, { ...long, workers: 2 }), signal)) {
          if (type === 'measuring') await bench().killWorker(runId());
        }
      })();
      const error = await failure(loading);
      expect(error.message).toMatch(/^Load worker [12] of 2 ended without a result\.$/);
      expect(error.hint).toMatch(/^Load worker [12] of 2 was killed/);
      expect(await workers()).toEqual([]);
      const again = await load(deployment, jobs(deployment.urls, { load: closed({ durationMs: 2_000 }) }));
      expect(again.requests).toBeGreaterThan(0);
    });

    test.each([1, 2])('by %i ends with the loop that reads it', async (count) => {
      const deployment = await application();
      for await (const message of deployment.generate(jobs(deployment.urls, { ...long, workers: count }), signal)) {
        expect(await workers()).toHaveLength(count);
        if (message.type !== 'result') break;
      }
      expect(await workers()).toEqual([]);
    });

    test.each([1, 2])('by %i ends when it is told to', async (count) => {
      const deployment = await application();
      const controller = new AbortController();
      const reason = new Error('enough');
      const all = jobs(deployment.urls, { ...long, workers: count });
      const loading = (async () => {
        for await (const { type } of deployment.generate(all, controller.signal)) {
          if (type === 'measuring') controller.abort(reason);
        }
      })();
      await expect(loading).rejects.toBe(reason);
      expect(await workers()).toEqual([]);
    });

    test('does not begin where it was told to end', async () => {
      const deployment = await application();
      const reason = new Error('enough');
      const messages = deployment.generate(jobs(deployment.urls), AbortSignal.abort(reason))[Symbol.asyncIterator]();
      await expect(messages.next()).rejects.toBe(reason);
      expect(await workers()).toEqual([]);
    });

    test('reaches every replica', async () => {
      const deployment = await (await stack()).deploy(topology({ replicas: 3 }), signal);
      const { requests } = await load(deployment);
      const shares = (await deployment.scrape(signal)).map((replica) => counted(replica, 'http_requests_total'));
      expect(shares).toHaveLength(3);
      for (const share of shares) expect(share).toBeGreaterThan(requests / 10);
    });
  });
}
