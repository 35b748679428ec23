import { expect, test } from 'vitest';
import { runNames } from '../testing/run-names.ts';
import { loadManifest } from './load.ts';

const http = { path: '/readyz', accepts: () => true, isAny: false, isOfOthers: false };
const { spec } = loadManifest(runNames(), 'load-7', 4, { http });
const pod = spec?.template.spec;

test('all workers run at the same time, each with a number of its own, and none a second time', () => {
  expect(spec).toMatchObject({ completionMode: 'Indexed', parallelism: 4, completions: 4, backoffLimit: 0 });
  expect(pod).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 1 });
  expect(spec).not.toHaveProperty('ttlSecondsAfterFinished');
});

test('a worker is spoken to by its standard input, and ends with it', () => {
  expect(pod?.containers).toMatchObject([
    {
      name: 'load',
      args: ['load-worker.mjs'],
      stdin: true,
      stdinOnce: true,
      resources: { limits: { cpu: '1000m' } },
    },
  ]);
  expect(pod?.containers[0]?.env).toContainEqual({ name: 'LOG_FRAMES', value: 'on' });
});

test('a worker is told what its target answers once it is reached, where not any answer would do', () => {
  const told = { name: 'TARGET_READY_PATH', value: '/readyz' };
  expect(pod?.containers[0]?.env).toContainEqual(told);
  const any = loadManifest(runNames(), 'load-7', 4, { http: { ...http, isAny: true } });
  expect(any.spec?.template.spec?.containers[0]?.env).not.toContainEqual(told);
});

test('it rather has a node without what is under test, and then one without another worker', () => {
  const topologyKey = 'kubernetes.io/hostname';
  const run = { 'scale-lab.run': 'a-run' };
  const tested = { key: 'scale-lab.role', operator: 'In', values: ['store', 'aside', 'tested', 'balancer', 'link'] };
  expect(pod?.affinity?.podAntiAffinity).toEqual({
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: { labelSelector: { matchLabels: run, matchExpressions: [tested] }, topologyKey },
      },
      {
        weight: 50,
        podAffinityTerm: { labelSelector: { matchLabels: { ...run, 'scale-lab.service': 'load' } }, topologyKey },
      },
    ],
  });
});
