import { describe, expect, test } from 'vitest';
import type { HostedTopology, Topology } from '../../src/model/plan.ts';
import type { EntryUse, OwnUse } from '../../src/model/system.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import { asHosted } from './hosting.ts';
import type { Bench } from './platform-under-test.ts';
import { counted, plainTarget, topology, total } from './topology.ts';

const { signal } = new AbortController();
const patiently = { timeout: 60_000 };

/** As a platform calls its copies, its balancer, and what runs in them. */
const ofMailer = /\bmailer\b|\bnotifier\b/;

/** The app with so many copies of the notification service beside it. */
export function withMailer(replicas: number, change: Parameters<typeof topology>[0] = {}): Topology {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const mailer: EntryUse = { kind: 'entry', name: 'mailer', entry: 'notifier', replicas, limits };
  return { ...topology(change), services: [mailer] };
}

/** Creates so many todos at the same time, and returns the statuses of the answers. */
export async function createTodos({ address = '' }: Deployment, count: number): Promise<readonly number[]> {
  const body = JSON.stringify({ title: 'Water the cactus', userId: 3 });
  const headers = { 'content-type': 'application/json' };
  const create = async (): Promise<number> => {
    const response = await fetch(`${address}/todos`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  };
  return Promise.all(Array.from({ length: count }, create));
}

/** How many notifications each copy has been told, of those that answer. */
export async function toldTo(deployment: Deployment): Promise<readonly number[]> {
  const beside = (await deployment.scrapeBeside?.(signal)) ?? [];
  expect(beside.map(({ service }) => service)).toEqual(beside.map(() => 'mailer'));
  return beside.flatMap((copy) => ('text' in copy ? [counted(copy, 'notifications_total')] : []));
}

/** Creates so many todos at the same time, and returns of how many nobody has been told in time. */
export async function untold(deployment: Deployment, count: number): Promise<number> {
  const sent = async (): Promise<number> => total(await deployment.scrape(signal), 'notifications_sent_total');
  const before = await sent();
  expect(await createTodos(deployment, count)).toEqual(Array(count).fill(201));
  return count - ((await sent()) - before);
}

/** Until so many are told of in time: a notifier that has just begun may take longer than it is waited for. */
export async function untilTold(deployment: Deployment, count = 1): Promise<void> {
  await expect.poll(() => untold(deployment, count), patiently).toBe(0);
}

/** Creates so many todos at the same time, and returns of how many more each copy has been told. */
export async function toldMore(deployment: Deployment, count: number): Promise<readonly number[]> {
  const before = await toldTo(deployment);
  expect(await untold(deployment, count)).toBe(0);
  return (await toldTo(deployment)).map((told, copy) => told - (before[copy] ?? NaN));
}

/** What has ended: its sentence, and whether anything is left to measure. */
async function deathsOf(deployment: Deployment): Promise<readonly string[]> {
  const deaths = (await deployment.deaths?.(signal)) ?? [];
  return deaths.map(({ isFatal, error }) => `${isFatal ? 'fatal: ' : ''}${error.message}`);
}

/** A server that has prices, and one that asks it for them. */
const priceCode = `
let asked = 0;
require('node:http').createServer((request, response) => {
  if (request.url === '/metrics') { response.end('# TYPE prices_asked counter\\nprices_asked_total ' + asked + '\\n'); return; }
  if (request.url !== '/') asked++;
  response.end(JSON.stringify({ price: 7, of: request.url }));
}).listen(Number(process.env.PORT));
`;
const shopCode = `
require('node:http').createServer(async (request, response) => {
  if (request.url === '/') { response.end(); return; }
  const answer = await fetch(process.env.PRICES_URL + request.url).catch((error) => ({ text: () => String(error) }));
  response.end(await answer.text());
}).listen(Number(process.env.PORT));
`;

function shopWithPrices(bench: Bench): HostedTopology {
  const told = { metricsPath: '/metrics', counters: { http_requests_total: 'prices_asked_total' } };
  const prices: OwnUse = {
    ...asHosted(bench, priceCode, { ...plainTarget, ...told }),
    name: 'prices',
    variable: 'PRICES_URL',
  };
  return { ...asHosted(bench, shopCode, plainTarget), services: [prices] };
}

/** What every platform must show of services that run beside what is tested. */
export function describeServices(bench: () => Bench, stack: () => Promise<Stack>, bare: () => Promise<Stack>): void {
  describe('runs beside what is tested', () => {
    const deploy = async (wanted: Topology): Promise<Deployment> => (await stack()).deploy(wanted, signal);
    const copiesOf = async (deployment: Deployment): Promise<readonly string[]> =>
      ((await deployment.usage?.(signal)) ?? []).map(({ copy }) => copy);

    test('a service that is told of what the app does, tells its counters, is no replica, and may die: the app answers without it', async () => {
      const { traces, killService, runIdFor } = bench();
      const deployment = await deploy(withMailer(1));
      expect(await toldTo(deployment)).toEqual([0]);
      await untilTold(deployment);
      expect(await toldMore(deployment, 3)).toEqual([3]);
      expect(await deployment.scrape(signal)).toHaveLength(1);
      // A cluster measures a pod some seconds after it was started.
      if (deployment.usage !== undefined)
        await expect.poll(() => copiesOf(deployment), patiently).toContainEqual(expect.stringMatching(ofMailer));
      const usage = (await deployment.usage?.(signal)) ?? [];
      const ofIt = usage.filter(({ copy }) => ofMailer.test(copy));
      for (const used of ofIt) expect(used).toMatchObject({ service: 'mailer', role: 'aside' });
      expect((await traces(runIdFor('shared'))).join('\n')).toMatch(ofMailer);
      expect(await deathsOf(deployment)).toEqual([]);

      await killService(runIdFor('shared'), 'mailer');
      await expect.poll(() => deathsOf(deployment), patiently).toEqual([expect.stringMatching(/^mailer\S* .*\.$/)]);
      expect(await createTodos(deployment, 1)).toEqual([201]);
    });

    test('two copies of it after that, which share what there is to tell, and one again', async () => {
      const pool = { ...defaultApp.pool, size: 20 };
      const two = await deploy(withMailer(2, { app: { pool } }));
      expect(await toldTo(two)).toEqual([0, 0]);
      // A Service deals out connections, and not requests: of several at the same time all are used.
      const leastToldAfterMore = async (): Promise<number> => {
        expect(new Set(await createTodos(two, 40))).toEqual(new Set([201]));
        return Math.min(...(await toldTo(two)));
      };
      await expect.poll(leastToldAfterMore, patiently).toBeGreaterThan(0);
      expect(await deathsOf(two)).toEqual([]);

      const one = await deploy(withMailer(1));
      expect(await toldTo(one)).toEqual([0]);
      await untilTold(one);
      expect(await toldMore(one, 1)).toEqual([1]);
    });

    test('and nothing of it where the next deployment has none', async () => {
      const { traces, runIdFor } = bench();
      const deployment = await deploy(topology());
      expect(await createTodos(deployment, 1)).toEqual([201]);
      expect(total(await deployment.scrape(signal), 'notifications_sent_total')).toBe(0);
      expect((await deployment.scrapeBeside?.(signal)) ?? []).toEqual([]);
      expect((await copiesOf(deployment)).filter((copy) => ofMailer.test(copy))).toEqual([]);
      const left = async (): Promise<readonly string[]> =>
        (await traces(runIdFor('shared'))).filter((trace) => ofMailer.test(trace));
      await expect.poll(left, patiently).toEqual([]);
    });

    test('a second server of the user, which the first reaches by the variable that was named', async () => {
      const deployment = await (await bare()).deploy(shopWithPrices(bench()), signal);
      const answer = await fetch(`${String(deployment.address)}/cactus`);
      expect(await answer.json()).toEqual({ price: 7, of: '/cactus' });
      const [prices, ...others] = (await deployment.scrapeBeside?.(signal)) ?? [];
      expect(others).toEqual([]);
      expect(prices?.service).toBe('prices');
      expect(total(prices === undefined ? [] : [prices], 'http_requests_total')).toBe(1);
    });
  });
}
