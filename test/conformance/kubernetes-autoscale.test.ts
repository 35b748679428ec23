import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { pause, withTimeLimit } from '../../src/machine/time-limit.ts';
import type { ServiceUsage } from '../../src/model/running-system.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import { servesMetrics } from '../../src/platforms/kubernetes/telemetry/metrics-api.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import { UsageWatch } from '../../src/telemetry/usage.ts';
import { clusterEnvironment, clusterProblem, isRequired, openTestCluster } from './kubernetes-cluster.ts';
import { closed, jobs, stores, topology } from './topology.ts';

// An autoscaler looks every 15 s, at what was measured before.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 300_000 });

const { signal } = new AbortController();
const runId = 'autoscale';
const environment = clusterEnvironment('autoscale');
const temporaryFolder = mkdtempSync(path.join(tmpdir(), 'conformance-autoscale-'));
const problem = await clusterProblem();
const hasMetrics = problem === undefined && (await tellsWhatPodsUse());

const small = { limits: { cpu: 0.2, memoryBytes: 256 * 2 ** 20 }, balancer: undefined };
const scaling = topology({ ...small, autoscale: { cpu: 0.5, least: 1, most: 3 } });
const load = closed({ connections: 20, warmupMs: 0, durationMs: 200_000 });

describe('platform kubernetes, by the figures of its cluster', () => {
  let stack: Stack;

  beforeEach((context) => {
    if (problem === undefined) return;
    if (isRequired) throw new Error(problem);
    context.skip(problem);
  });

  beforeAll(async () => {
    if (problem !== undefined) return;
    const platform = await openPlatform('kubernetes', { environment, temporaryFolder });
    stack = await platform.up({ stores, runId, signal, onStep: () => undefined });
  });

  afterAll(async () => {
    rmSync(temporaryFolder, { recursive: true, force: true });
    if (problem !== undefined) return;
    await stack[Symbol.asyncDispose]();
  });

  test('a replica tells how long its limit kept it from the CPU', async () => {
    const deployment = await stack.deploy(topology(small), signal);
    await using usage = new UsageWatch(deployment, signal);
    usage.start();
    await loadUntil(deployment, async ({ second }) => Promise.resolve(second >= 3));
    const [replica] = (await usage.stop(signal)).resources;
    expect(replica?.copy).toMatch(/^app-/);
    expect(replica).toMatchObject({ cpuLimit: 0.2, service: 'app', role: 'tested' });
    expect(replica?.cpu?.seconds).toBeGreaterThan(0);
    expect(replica?.memoryEndBytes).toBeGreaterThan(2 ** 20);
    expect(replica?.throttledRatio).toBeGreaterThan(0);
  });

  describe('with a metrics API', () => {
    beforeEach((context) => {
      if (!hasMetrics) context.skip('the cluster has no metrics API');
    });

    test('PostgreSQL and Redis are told of, window by window', async () => {
      const deployment = await stack.deploy(topology(), signal);
      const told: ServiceUsage[] = [];
      const of = (service: string): readonly ServiceUsage[] => told.filter((usage) => usage.service === service);
      await withTimeLimit(200_000, signal, async (limited) => {
        while (of('postgres').length < 3 || of('redis').length < 3) {
          told.push(...((await deployment.usage?.(limited)) ?? []));
          await pause(1_000, limited);
        }
      });
      for (const service of ['postgres', 'redis']) {
        const [first, ...later] = of(service);
        expect(first?.cpuSeconds, service).toBe(0);
        expect(later.at(-1)?.cpuSeconds, service).toBeGreaterThan(0);
        expect(later.at(-1)?.atMs, service).toBeGreaterThan(first?.atMs ?? Infinity);
        for (const { memoryBytes } of of(service)) expect(memoryBytes, service).toBeGreaterThan(0);
      }
    });

    test('more replicas serve while there is more load than one can serve', async () => {
      const deployment = await stack.deploy(scaling, signal);
      const seen: number[] = [];
      await loadUntil(deployment, async () => {
        const metrics = await deployment.scrape(signal);
        seen.push(metrics.filter((replica) => 'text' in replica).length);
        return (seen.at(-1) ?? 0) > 1;
      });
      expect(seen[0]).toBe(1);
      expect(seen.at(-1)).toBeGreaterThan(1);
    });
  });
});

async function tellsWhatPodsUse(): Promise<boolean> {
  const cluster = await openTestCluster();
  try {
    return await servesMetrics(cluster, signal);
  } finally {
    cluster.requests.close();
  }
}

/** Puts load on, and looks every second whether it was enough. */
async function loadUntil(
  deployment: Deployment,
  isEnough: (moment: { readonly second: number }) => Promise<boolean>,
): Promise<void> {
  for await (const message of deployment.generate(jobs(deployment.urls, { load }), signal)) {
    if (message.type === 'second' && (await isEnough(message))) return;
  }
}
