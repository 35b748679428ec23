import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, vi } from 'vitest';
import { openPlatform } from '../../src/platforms/index.ts';
import { removeLabImages } from './docker-engine.ts';
import {
  clusterEnvironment,
  clusterProblem,
  clusterTraces,
  isRequired,
  killPod,
  openTestCluster,
  podsOf,
} from './kubernetes-cluster.ts';
import type { Service } from './platform-under-test.ts';
import { describePlatform } from './platform.ts';

// A pod takes its seconds to start, and on a busy machine more of them.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { signal } = new AbortController();
const environment = clusterEnvironment('conformance');
const temporaryFolder = mkdtempSync(path.join(tmpdir(), 'conformance-kubernetes-'));
const problem = await clusterProblem();

afterAll(async () => {
  rmSync(temporaryFolder, { recursive: true, force: true });
  if (problem !== undefined) return;
  await (await openPlatform('kubernetes', { environment, temporaryFolder })).clean(signal);
  await removeLabImages(environment);
});

async function traces(runId: string): Promise<readonly string[]> {
  return clusterTraces(await openTestCluster(), 'run', runId);
}

async function killWorker(runId: string): Promise<void> {
  const cluster = await openTestCluster();
  await killPod(cluster, (await podsOf(cluster, runId, 'load'))[0]);
}

async function killService(runId: string, service: Service, most = Infinity): Promise<void> {
  const cluster = await openTestCluster();
  const pods = await podsOf(cluster, runId, service);
  if (pods.length === 0) throw new Error(`no ${service} runs in ${runId}`);
  await Promise.all(pods.slice(0, most).map(async (pod) => killPod(cluster, pod)));
}

describePlatform({
  name: 'kubernetes',
  environment,
  temporaryFolder,
  traces,
  killWorker,
  killService,
  isRequired,
  hasOwnActTests: true,
});
