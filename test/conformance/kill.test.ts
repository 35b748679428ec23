import { afterAll, beforeEach, test } from 'vitest';
import {
  engineProblem,
  hostOfItsOwn,
  isRequired,
  labelledTraces,
  openDocker,
  removeLabImages,
} from './docker-engine.ts';
import { killAtMoments } from './kill.ts';

const moments = 20;
const problem = await engineProblem();
const environment = hostOfItsOwn('kills');

beforeEach((context) => {
  if (problem !== undefined && !isRequired) context.skip(problem);
});

afterAll(async () => {
  await removeLabImages(environment);
});

test(`a run that is killed leaves nothing, at ${moments} moments of its life`, { timeout: 400_000 }, async () => {
  const docker = await openDocker();
  const traces = async (key: 'run' | 'host', value: string) => labelledTraces(docker, key, value);
  await killAtMoments({ platform: 'docker', environment, moments, traces });
});
