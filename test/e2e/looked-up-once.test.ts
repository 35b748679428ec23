import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serve } from '../../src/worker/testing/servers.ts';
import { scaleLab, type Ended } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;

beforeEach(async () => (bench = await Workbench.create()));
afterEach(async () => bench[Symbol.asyncDispose]());

/**
 * Runs a scenario on a name, while whoever answers for it says one thing when it is asked first, and another from then on. Only the lab
 * hears of that: nobody knows the name where a load worker would ask.
 */
async function runOn(
  url: string,
  answers: { readonly first: readonly string[]; readonly then: readonly string[] },
  load: string,
  ...args: readonly string[]
): Promise<Ended> {
  await bench.write(
    'scenarios.yaml',
    `version: 1
scenarios:
  mine:
    question: Whom does it reach?
    workload: [GET /]
    target: { url: '${url}' }
    load: ${load}
    expect: [error_rate == 0]
`,
  );
  await bench.write(
    'dns.mjs',
    `import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
const answers = ${JSON.stringify(answers)};
let isAsked = false;
const answer = () => {
  const found = isAsked ? answers.then : answers.first;
  isAsked = true;
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};
dns.promises.lookup = async (_name, options) => (options?.all ? answer() : answer()[0]);
dns.lookup = (_name, options, callback = options) => {
  const found = answer();
  if (options.all) callback(null, found);
  else callback(null, found[0].address, found[0].family);
};
syncBuiltinESMExports();
`,
  );
  const env = { ...bench.env, NODE_OPTIONS: `--import=${path.join(bench.folder, 'dns.mjs')}` };
  return scaleLab(['run', 'mine', ...args], { cwd: bench.folder, env });
}

const loads = [
  '{ driver: lab, connections: 4, warmup: 100ms, duration: 500ms }',
  '{ driver: autocannon, connections: 4, warmup: 100ms, duration: 500ms }',
  '{ rate: 200/s, warmup: 100ms, duration: 500ms }',
];

describe('a name that stands for something else when it is asked for again', { timeout: 60_000 }, () => {
  beforeEach((context) => {
    if (process.platform !== 'linux') context.skip('only Linux has all of 127.0.0.0/8');
  });

  it.each(loads)('gets its load where it was checked, under its name: %s', async (load) => {
    const hosts = new Set<string | undefined>();
    await using server = await serve(({ headers }, response) => {
      hosts.add(headers.host);
      response.end();
    });
    const port = Number(new URL(server.url).port);
    await using victim = await serve((_request, response) => response.end(), port, '127.0.0.2');
    const answers = { first: ['127.0.0.1'], then: ['127.0.0.2'] };
    const { code, err } = await runOn(`http://shop.test:${port}`, answers, load);
    // A busy machine may leave a claim open.
    expect([0, 3], err).toContain(code);
    expect(server.received).toBeGreaterThan(4);
    expect(hosts).toEqual(new Set([`shop.test:${port}`]));
    expect(victim.connections.size).toBe(0);
  });

  it('gets load at all of its addresses, from several workers', async () => {
    const seen = new Set<string | undefined>();
    await using server = await serve(
      ({ socket }, response) => {
        seen.add(socket.localAddress);
        response.end();
      },
      0,
      '0.0.0.0',
    );
    const ips = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const url = `http://shop.test:${new URL(server.url).port}`;
    const [load = ''] = loads;
    const { code, err } = await runOn(url, { first: ips, then: [] }, load, '--workers', '2');
    expect([0, 3], err).toContain(code);
    expect(seen).toEqual(new Set(ips));
  });

  it('is told of where some of its addresses take no connection', async () => {
    await using server = await serve((_request, response) => response.end());
    const url = `http://shop.test:${new URL(server.url).port}`;
    const [load = ''] = loads;
    const answers = { first: ['127.0.0.2', '127.0.0.1'], then: [] };
    const { code, out, err } = await runOn(url, answers, load);
    expect([0, 3], err).toContain(code);
    const told =
      'no load goes to 1 of the 2 addresses of its name: there was no connection to 127.0.0.2 (ECONNREFUSED)';
    expect(err.replaceAll(/\s+/g, ' ')).toContain(told);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(told);
  });

  it.each([
    ['192.0.2.1', 'is neither on this machine nor in a private network'],
    ['169.254.169.254', 'is a link-local address, or one where a cloud tells its machines their credentials'],
    ['::ffff:169.254.169.254', 'is a link-local address'],
    ['fd00:ec2::254', 'is a link-local address'],
  ])('needs --allow-remote where one of its addresses is %s', async (address, why) => {
    const answers = { first: ['127.0.0.1', address], then: ['127.0.0.1'] };
    const { code, err } = await runOn('http://shop.test', answers, loads[0] ?? '');
    expect(code).toBe(2);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(why);
    expect(err).toContain('--allow-remote');
  });
});
