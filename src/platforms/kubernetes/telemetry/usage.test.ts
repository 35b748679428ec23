import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { withMailer } from '../../../../test/conformance/services.ts';
import { plainTarget } from '../../../../test/conformance/topology.ts';
import { postgres as database } from '../../../services/postgres/postgres.ts';
import { deployedOf, testedOf } from '../../../services/system.ts';
import type { Plain } from '../manifests/plain.ts';
import type { Scrape } from './copy-metrics.ts';
import { UsageMeter, type UsageSource } from './usage.ts';

const { signal } = new AbortController();
const limits = { cpu: 0.5, memoryBytes: 2 ** 28 };
const system = withMailer(1, { limits });
const image = { ...plainTarget, kind: 'image', image: 'shop:1', args: undefined, port: 8080 } as const;
const [ofApp, ofTarget] = [testedOf(system), testedOf(image)];
const services = [database, ...deployedOf(system, { dealsRequests: true }), ofTarget];

function pod(name: string, service: string): Plain<V1Pod> {
  const container = { name: service, image: '', imageID: '', ready: true, restartCount: 0 };
  return {
    metadata: { name, labels: { 'scale-lab.service': service } },
    status: { phase: 'Running', containerStatuses: [{ ...container, state: { running: {} } }] },
  };
}

const app: Plain<V1Pod> = pod('app-1', 'app');
const postgres: Plain<V1Pod> = pod('postgres-1', 'postgres');
const scrapeOf = (change: Partial<Scrape>): Scrape => ({
  ...{ service: ofApp, atMs: 0, answeredMs: new Map(), pods: [], metrics: [] },
  ...change,
});
const nothing: UsageSource = async () => Promise.resolve([]);

test('a replica tells of itself what it uses', async () => {
  const text = [
    'process_cpu_seconds_total 12.5',
    'process_resident_memory_bytes 1000000',
    'container_cpu_throttled_seconds_total 0.25',
  ].join('\n');
  const answeredMs = new Map([['app-1', 7]]);
  const scrape = scrapeOf({ answeredMs, pods: [app], metrics: [{ replica: 'app-1', text }] });
  expect(await new UsageMeter(nothing, services).usage([scrape], signal)).toEqual([
    {
      ...{ service: 'app', copy: 'app-1', role: 'tested' },
      atMs: 7,
      cpuSeconds: 12.5,
      cpuLimit: 0.5,
      throttledSeconds: 0.25,
      memoryBytes: 1_000_000,
      memoryLimitBytes: 2 ** 28,
      restarts: 0,
      outOfMemory: false,
      ended: undefined,
    },
  ]);
});

test('one that is silent, or tells nothing of that, has no row', async () => {
  const metrics = [
    { replica: 'app-1', problem: 'no answer' },
    { replica: 'app-1', text: 'http_requests_total 1' },
  ];
  const scrape = scrapeOf({ pods: [app], metrics });
  expect(await new UsageMeter(nothing, services).usage([scrape], signal)).toEqual([]);
});

const window = (atMs: number, cores: number) => ({ pod: postgres, atMs, cores, memoryBytes: 100 });

/** What is told of a service, sample by sample: when its window ended, and the seconds that it has used. */
async function toldOf(...answers: readonly (ReturnType<typeof window> | undefined)[]) {
  const left = [...answers];
  const meter = new UsageMeter(async () => Promise.resolve([left.shift() ?? []].flat()), services);
  const told: (readonly (number | undefined)[])[] = [];
  for (const _ of answers) {
    const usages = await meter.usage([], signal);
    told.push(usages.flatMap(({ atMs, cpuSeconds }) => [atMs, cpuSeconds]));
  }
  return told;
}

test('of the others the windows are added up, and one that has not ended says nothing', async () => {
  const told = await toldOf(window(15_000, 0.9), window(15_000, 0.9), window(30_000, 0.5), window(45_000, 0.25));
  expect(told).toEqual([[15_000, 0], [], [30_000, 7.5], [45_000, 11.25]]);
});

test('where nobody answers for a moment, what was known stays', async () => {
  const told = await toldOf(window(15_000, 0.9), undefined, window(30_000, 0.5), undefined, window(45_000, 0.25));
  expect(told).toEqual([[15_000, 0], [], [30_000, 7.5], [30_000, 7.5], [45_000, 11.25]]);
});

test('a server of the user’s own that tells of itself is told of once, and by itself', async () => {
  const target = pod('target-1', 'target');
  const windows = [15_000, 30_000].map((atMs) => ({ pod: target, atMs, cores: 1, memoryBytes: 1 }));
  const meter = new UsageMeter(async () => Promise.resolve(windows.splice(0, 1)), services);
  const text = 'process_cpu_seconds_total 2\nprocess_resident_memory_bytes 1000\n';
  const answeredMs = new Map([['target-1', 7]]);
  const metrics = [{ replica: 'target-1', text }];
  const scrape = scrapeOf({ service: ofTarget, answeredMs, pods: [target], metrics });
  for (const _ of [1, 2]) {
    const told = await meter.usage([scrape], signal);
    expect(told.map(({ copy, role, cpuSeconds }) => [copy, role, cpuSeconds])).toEqual([['target-1', 'tested', 2]]);
  }
});

test('one that tells nothing is told of by the metrics API, as a copy of the target', async () => {
  const target = pod('target-1', 'target');
  const meter = new UsageMeter(
    async () => Promise.resolve([{ pod: target, atMs: 15_000, cores: 1, memoryBytes: 1 }]),
    services,
  );
  const [told] = await meter.usage([], signal);
  expect(told).toMatchObject({ service: 'target', copy: 'target-1', role: 'tested' });
});

test('what runs beside it is told of by itself and is no replica, and what is no service of the system is left out', async () => {
  const [mailer, load, setup] = [pod('mailer-1', 'mailer'), pod('load-1', 'load'), pod('app-setup-1', 'app-setup')];
  const windows = [app, mailer, load, setup].map((of) => ({ pod: of, atMs: 15_000, cores: 1, memoryBytes: 1 }));
  const meter = new UsageMeter(async () => Promise.resolve(windows), services);
  const text = 'process_cpu_seconds_total 3\nprocess_resident_memory_bytes 1000\n';
  const metrics = [{ replica: 'mailer-1', text }];
  const [service = ofApp] = deployedOf(system, { dealsRequests: true });
  const scrape = scrapeOf({ service, answeredMs: new Map([['mailer-1', 7]]), pods: [mailer], metrics });
  const told = await meter.usage([scrape], signal);
  expect(told.map(({ copy, role, cpuSeconds }) => [copy, role, cpuSeconds])).toEqual([['mailer-1', 'aside', 3]]);
});
