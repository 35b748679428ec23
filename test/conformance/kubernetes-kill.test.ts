import { afterAll, beforeEach, test } from 'vitest';
import { removeLabImages } from './docker-engine.ts';
import { killAtMoments } from './kill.ts';
import {
  clusterEnvironment,
  clusterProblem,
  clusterTraces,
  isRequired,
  openTestCluster,
} from './kubernetes-cluster.ts';

// Fewer than elsewhere: each takes its time.
const moments = 12;
const problem = await clusterProblem();
const environment = clusterEnvironment('kills');

beforeEach((context) => {
  if (problem !== undefined && !isRequired) context.skip(problem);
});

afterAll(async () => {
  if (problem === undefined) await removeLabImages(environment);
}, 90_000);

test(`a run that is killed leaves nothing, at ${moments} moments of its life`, { timeout: 900_000 }, async () => {
  const cluster = await openTestCluster();
  const traces = async (key: 'run' | 'host', value: string) => clusterTraces(cluster, key, value);
  try {
    await killAtMoments({ platform: 'kubernetes', environment, moments, traces });
  } finally {
    cluster.requests.close();
  }
});
