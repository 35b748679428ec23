import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WorkerLoad } from '../../model/load-profile.ts';
import { loadJobSchema, type Destination } from '../protocol.ts';
import { burstLoad, closedLoad, loadJob, openLoad, run } from '../testing/jobs.ts';
import { serveSecurely } from '../testing/secure-server.ts';
import { serve } from '../testing/servers.ts';
import { Origin, originsOf } from './origin.ts';

/** Every way in which load is put on a server. */
const loads: readonly (readonly [string, (connections: number) => WorkerLoad])[] = [
  ['closed load', (connections) => closedLoad({ driver: 'lab', connections })],
  ['closed load of autocannon', (connections) => closedLoad({ driver: 'autocannon', connections })],
  ['open load', (connections) => openLoad({ connections })],
  ['a burst', (size) => burstLoad({ size })],
];

describe('an address whose name was looked up', () => {
  it('has the name in its requests and its handshake, and connects elsewhere', () => {
    const origin = new Origin({ url: 'https://shop.example:8443/v2', ip: 'fd00::7' }, 0);
    expect(origin.host).toBe('shop.example:8443');
    expect(origin.servername).toBe('shop.example');
    expect(origin.endpoint).toEqual({ host: 'fd00::7', port: 8443 });
    expect(origin.endpointUrl).toBe('https://[fd00::7]:8443');
    expect(origin.target('/a')).toBe('/v2/a');
  });

  it('may be on a link of this machine, which only a socket is told of', () => {
    const origin = new Origin({ url: 'http://shop.example', ip: 'fe80::7%eth0' }, 0);
    expect(origin.endpoint).toEqual({ host: 'fe80::7%eth0', port: 80 });
    expect(origin.endpointUrl).toBe('http://[fe80::7]:80');
  });

  it.each([
    ['http://shop.example', 'shop.example', 80],
    ['https://127.0.0.1/', '127.0.0.1', 443],
    ['http://[::1]:3000', '::1', 3000],
  ])('is what stands in it where nothing was looked up: %s', (url, host, port) => {
    expect(new Origin(url, 0).endpoint).toEqual({ host, port });
  });

  it('is part of a job only as an IP address', () => {
    const jobAt = (ip: string): unknown => loadJob({ urls: [{ url: 'http://shop.example', ip }], load: burstLoad() });
    expect(loadJobSchema.safeParse(jobAt('10.0.0.7')).success).toBe(true);
    expect(loadJobSchema.safeParse(jobAt('fd00::7')).success).toBe(true);
    expect(loadJobSchema.safeParse(jobAt('shop.example')).success).toBe(false);
  });
});

describe.each(loads)('%s', (_, loadOf) => {
  /** A name that nobody knows, and the address that it was found to stand for. */
  const at = (port: number, ip = '127.0.0.1', scheme = 'http'): Destination => ({
    url: `${scheme}://shop.invalid:${port}`,
    ip,
  });

  it('goes to the address that was checked, under its name', async () => {
    const hosts = new Set<string | undefined>();
    await using server = await serve(({ headers }, response) => {
      hosts.add(headers.host);
      response.end();
    });
    const port = Number(new URL(server.url).port);
    const result = await run(loadJob({ urls: [at(port)], load: loadOf(4) }));
    expect(result.errors).toEqual({});
    expect(result.requests).toBeGreaterThan(0);
    expect(hosts).toEqual(new Set([`shop.invalid:${port}`]));
  });

  it('asks for the certificate of the name', async () => {
    const names = new Set<unknown>();
    await using server = await serveSecurely(({ socket }, response) => {
      names.add(nameAsked(socket));
      response.end();
    });
    const result = await run(loadJob({ urls: [at(server.port, '127.0.0.1', 'https')], load: loadOf(4) }));
    expect(result.errors).toEqual({});
    expect(result.requests).toBeGreaterThan(0);
    expect(names).toEqual(new Set(['shop.invalid']));
  });

  it('follows no redirect', async () => {
    await using elsewhere = await serve((_request, response) => response.end());
    await using server = await serve((_request, response) =>
      response.writeHead(307, { location: elsewhere.url, 'content-length': 0 }).end(),
    );
    const { statuses, requests } = await run(loadJob({ urls: [server.url], load: loadOf(4) }));
    expect(statuses).toEqual({ 307: requests });
    expect(elsewhere.connections.size).toBe(0);
  });

  describe('of a name with several addresses', () => {
    beforeEach((context) => {
      if (process.platform !== 'linux') context.skip('only Linux has all of 127.0.0.0/8');
    });

    const ips = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

    /** Which of the addresses have got load on so many connections. */
    async function reached(connections: number): Promise<ReadonlySet<string | undefined>> {
      const seen = new Set<string | undefined>();
      await using server = await serve(
        ({ socket }, response) => {
          seen.add(socket.localAddress);
          response.end();
        },
        0,
        '0.0.0.0',
      );
      const port = Number(new URL(server.url).port);
      await run(loadJob({ urls: ips.map((ip) => at(port, ip)), load: loadOf(connections) }));
      return seen;
    }

    it('goes to all of them', async () => expect(await reached(4)).toEqual(new Set(ips)));

    it('goes to as many as there are connections', async () => expect((await reached(2)).size).toBe(2));
  });
});

function nameAsked(socket: Socket): unknown {
  return socket instanceof TLSSocket && 'servername' in socket ? socket.servername : undefined;
}

it('the addresses of a job are numbered in their order', () => {
  const urls = ['http://a', { url: 'http://b', ip: '10.0.0.7' }];
  expect(originsOf({ urls }).map(({ index, host }) => [index, host])).toEqual([
    [0, 'a'],
    [1, 'b'],
  ]);
});
