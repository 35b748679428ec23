import { describe, expect, test } from 'vitest';
import type { WorkerLoad } from '../../src/model/load-profile.ts';
import type { HostedTopology } from '../../src/model/plan.ts';
import { isTargetCopy } from '../../src/model/system.ts';
import type { Deployment, Stack } from '../../src/platforms/platform.ts';
import { failure } from './failure.ts';
import type { Bench } from './platform-under-test.ts';
import { jobs, plainTarget, topology, total } from './topology.ts';

const { signal } = new AbortController();

/** A server that knows nothing of the lab. Its environment says what is wrong with it. */
const code = `
const { FAULT = '', COLOUR = 'none', PORT } = process.env;
if (FAULT === 'ends') { console.error('no such table: prices'); process.exit(3); }
let requests = 0;
const startedAt = Date.now();
require('node:http').createServer((request, response) => {
  if (request.url === '/health') { response.statusCode = FAULT === 'ill' ? 503 : 204; response.end(); return; }
  if (request.url === '/metrics') { response.end('# TYPE shop_requests counter\\nshop_requests_total ' + requests + '\\n'); return; }
  requests++;
  response.end(JSON.stringify({ colour: COLOUR, started: startedAt }));
}).listen(FAULT === 'elsewhere' ? Number(PORT) + 1 : Number(PORT));
`;

/** As this kind of platform starts it. */
function server(bench: Bench, change: Partial<Pick<HostedTopology, 'replicas' | 'environment'>> = {}): HostedTopology {
  const told = { metricsPath: '/metrics', counters: { http_requests_total: 'shop_requests_total' } };
  return asHosted(bench, code, { ...plainTarget, readyPath: '/health', ...told, ...change });
}

/** What a server of the user's own has on every platform. */
type Common = Omit<Extract<HostedTopology, { kind: 'command' }>, 'kind' | 'command' | 'folder' | 'port'>;

/** A server that runs that script of Node.js, as this kind of platform starts it. */
export function asHosted({ platform, environment }: Bench, script: string, common: Common): HostedTopology {
  if (platform.hosts.includes('command')) {
    const command = `${process.execPath} -e "$CODE"`;
    const told = { ...common.environment, CODE: script };
    return { kind: 'command', command, folder: '/', port: undefined, ...common, environment: told };
  }
  const { SCALE_LAB_NODE_IMAGE: image = 'node:22-slim' } = environment;
  return { kind: 'image', image, args: ['node', '-e', script], port: 3000, ...common };
}

/** What every platform must show that starts servers of the user's own. The bare stack is at its end after that. */
export function describeHosting(bench: () => Bench, stack: () => Promise<Stack>, bare: () => Promise<Stack>): void {
  describe('hosts a server of the user', () => {
    const host = async (change?: Parameters<typeof server>[1], other: Partial<HostedTopology> = {}) => {
      const running = await bare();
      // One of the two kinds, with other common settings.
      return running.deploy({ ...server(bench(), change), ...other } as HostedTopology, signal);
    };
    const ask = async ({ address = '' }: Deployment): Promise<unknown> => (await fetch(`${address}/prices`)).json();

    test('that is ready, tells its counters under our names, and knows its environment', async () => {
      const deployment = await host({ environment: { COLOUR: 'red' } });
      expect(await ask(deployment)).toMatchObject({ colour: 'red' });
      const before = total(await deployment.scrape(signal), 'http_requests_total');
      const burst: WorkerLoad = { kind: 'burst', size: 10, times: 2, everyMs: 50, timeoutMs: 5_000 };
      const [job] = jobs(deployment.urls, { load: burst });
      if (job === undefined) throw new Error('there is no job');
      const request = {
        name: 'prices',
        method: 'GET',
        path: '/prices',
        weight: 1,
        headers: {},
        check: { contains: 'red' },
      };
      const asked = { ...job, workload: { requests: [request], keys: {} } };
      for await (const message of deployment.generate([asked], signal)) {
        if (message.type === 'result') expect(message.result).toMatchObject({ errors: {}, requests: 20 });
      }
      // One burst warms up.
      expect(total(await deployment.scrape(signal), 'http_requests_total') - before).toBe(30);
    });

    test('anew each time, also where nothing of it changes: it may remember things', async () => {
      const first = await ask(await host({ environment: { COLOUR: 'green' } }));
      const deployment = await host({ environment: { COLOUR: 'green' } });
      const second = await ask(deployment);
      expect(second).toMatchObject({ colour: 'green' });
      expect(second).not.toEqual(first);
      expect(total(await deployment.scrape(signal), 'http_requests_total')).toBe(1);
      expect(await ask(await host({ environment: { COLOUR: 'blue' } }))).toMatchObject({ colour: 'blue' });
    });

    test('as several replicas, and one again', async () => {
      const deployment = await host({ replicas: 2 });
      for (let request = 0; request < 4; request++) await ask(deployment);
      const metrics = await deployment.scrape(signal);
      expect(metrics).toHaveLength(2);
      expect(total(metrics, 'http_requests_total')).toBeGreaterThanOrEqual(4);
      expect(await (await host()).scrape(signal)).toHaveLength(1);
    });

    test('of which nothing is known but that it answers', async () => {
      const deployment = await host(undefined, { readyPath: undefined, metricsPath: undefined, counters: {} });
      expect(await ask(deployment)).toMatchObject({ colour: 'none' });
      expect(await deployment.scrape(signal)).toEqual([]);
    });

    test('or says why it ended, with the end of its log', async () => {
      const error = await failure(host({ environment: { FAULT: 'ends' } }));
      expect(error.message).toMatch(/[Tt]arget.*exited with code 3/);
      expect(error.details.join('\n')).toContain('no such table: prices');
      // By this a side of a gate is known to have failed by itself.
      const [log] = error.logs;
      expect([isTargetCopy(log?.service ?? ''), log?.text]).toEqual([
        true,
        expect.stringContaining('no such table: prices'),
      ]);
      // Where it listens is not its trouble.
      expect(error.hint ?? '').not.toContain('PORT');
    });

    test.each([
      ['ill', /503|\/health/],
      ['elsewhere', /[Tt]arget/],
    ])('or that it is not ready in time, and what to do: %s', async (fault, sentence) => {
      const error = await failure(host({ environment: { FAULT: fault } }, { readyLimitMs: 2_000 }));
      expect(error.message).toMatch(/[Tt]arget(-1)? was not ready after 2 s/);
      expect(error.message).toMatch(sentence);
      expect(error.hint).toMatch(/PORT/);
      expect(await ask(await host())).toMatchObject({ colour: 'none' });
    });

    test('beside the reference app, each in place of the other', async () => {
      const both = await stack();
      const app = async (): Promise<number> => {
        const { address = '' } = await both.deploy(topology(), signal);
        return (await fetch(`${address}/todos/1`)).status;
      };
      expect(await app()).toBe(200);
      const hosted = await both.deploy(server(bench()), signal);
      expect(await ask(hosted)).toMatchObject({ colour: 'none' });
      expect(await app()).toBe(200);
    });

    test('and leaves nothing of it', async () => {
      const { traces, runIdFor } = bench();
      const runId = runIdFor('bare');
      await host({ replicas: 2 });
      expect((await traces(runId)).length).toBeGreaterThan(0);
      await (await bare())[Symbol.asyncDispose]();
      expect(await traces(runId)).toEqual([]);
    });
  });
}
