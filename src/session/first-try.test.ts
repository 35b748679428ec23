import { describe, expect, it } from 'vitest';
import { scenarioFile } from '../../test/fakes/scenario.ts';
import type { Plan } from '../model/plan.ts';
import type { Tried } from '../record/run-record.ts';
import { planOfScenarios } from '../scenarios/planning/expand.ts';
import { checkRemote, type Lookup } from '../scenarios/planning/remote-check.ts';
import { serveSecurely } from '../worker/testing/secure-server.ts';
import { deadAddress, serve, servePlain } from '../worker/testing/servers.ts';
import { tryTargets } from './first-try.ts';

const { signal } = new AbortController();

/** What is seen of targets under a workload. */
async function tried(
  urls: readonly string[],
  workload: readonly unknown[] = ['GET /'],
  rest: Readonly<Record<string, unknown>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly Tried[]> {
  const variants = Object.fromEntries(urls.map((url, index) => [`v${index}`, { target: { url } }]));
  const content = { scenarios: { mine: { question: 'Is it there?', workload, variants, ...rest } } };
  const { scenarios } = scenarioFile(content, environment);
  return (await tryPlan(planOfScenarios(scenarios, {}, 7), environment)).tried;
}

/** Tries the targets of a plan, where they are said to be: a name that is not known is no name that DNS is asked for. */
async function tryPlan(
  plan: Plan,
  environment: Readonly<Record<string, string>> = {},
  names: Readonly<Record<string, readonly string[]>> = {},
): ReturnType<typeof tryTargets> {
  const lookup: Lookup = async (name) => Promise.resolve(names[name] ?? []);
  const addresses = await checkRemote(plan, true, lookup, environment);
  return tryTargets(plan, { environment, addresses }, signal);
}

async function noteOf(url: string, workload?: readonly unknown[]): Promise<string | undefined> {
  const [first] = await tried([url], workload);
  return first?.note?.replaceAll(url, 'it');
}

describe('a target', () => {
  it('is asked once for the first GET of the workload, with its headers and a key', async () => {
    const asked: string[] = [];
    await using server = await serve(({ method, url, headers }, response) => {
      asked.push(`${String(method)} ${String(url)} ${String(headers['x-token'])}`);
      response.end('ok');
    });
    const workload = ['POST /todos', { request: 'GET /todos/{todo}', headers: { 'x-token': 'abc' } }, 'GET /other'];
    const seen = await tried([server.url, server.url], workload, { keys: { todo: { hot: 42 } } });
    expect(asked).toEqual(['GET /todos/42 abc']);
    expect(server.connections.size).toBe(1);
    expect(seen).toEqual([
      { target: server.url, request: 'GET /todos/{todo}', answer: 'was answered with status 200' },
    ]);
  });

  it('is asked where the environment says, and shown as it is written', async () => {
    await using server = await serve(({ url }, response) => response.end(url));
    const environment = { HOST: server.url.replace('http://', ''), USER_ID: '7' };
    const seen = await tried(['http://${HOST}'], ['GET /users/${USER_ID}'], {}, environment);
    expect(seen).toEqual([
      { target: 'http://${HOST}', request: 'GET /users/${USER_ID}', answer: 'was answered with status 200' },
    ]);
  });

  it('shows no value of a variable, nor a credential, that it repeats', async () => {
    const token = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(2);
    const environment = { TOKEN: token };
    await using redirecting = await serve(({ url }, response) => {
      response.writeHead(302, { location: `/login?from=${encodeURIComponent(url ?? '')}` }).end();
    });
    await using echoing = await servePlain((socket) => socket.end(`ECHO ${token} and k-98765\r\n`));
    const workload = [{ request: 'GET /x?token=${TOKEN}', headers: { 'x-api-key': 'k-98765' } }];
    for (const { url } of [redirecting, echoing]) {
      const text = JSON.stringify(await tried([url], workload, {}, environment));
      expect(text).toContain('${TOKEN}');
      for (const secret of [token.slice(0, 6), token.slice(-6), 'k-98765']) expect(text).not.toContain(secret);
    }
  });

  it('is asked for / where everything else would change something', async () => {
    const asked: string[] = [];
    await using server = await serve(({ method, url }, response) => {
      asked.push(`${String(method)} ${String(url)}`);
      response.end();
    });
    await tried([server.url], ['POST /todos', 'DELETE /todos/1']);
    expect(asked).toEqual(['GET /']);
  });

  it('at which nothing listens cannot be tried; all of them are named', async () => {
    const [one, other] = [await deadAddress(), await deadAddress()];
    await expect(tried([one, other])).rejects.toMatchObject({
      exitCode: 4,
      message: `Nothing listens at ${one}.`,
      details: [`Nothing listens at ${other}.`],
      hint: 'Start the server first, or correct the address and its port.',
    });
  });

  it('is named without the password of its address', async () => {
    const url = (await deadAddress()).replace('//', '//me:secret@');
    const error: unknown = await tried([url]).catch((thrown: unknown) => thrown);
    expect(JSON.stringify([String(error), error])).not.toContain('secret');
  });

  it.each([
    [
      302,
      'it: GET / was answered with status 302, to /login, a redirect that no check asks for: such answers count as right, and are not followed',
    ],
    [
      401,
      'it: GET / was answered with status 401: it wants to know who asks. Give the request its header; such answers count as errors',
    ],
    [
      403,
      'it: GET / was answered with status 403: it wants to know who asks. Give the request its header; such answers count as errors',
    ],
    [500, 'it: GET / was answered with status 500, which no check asks for: such answers count as errors'],
    [204, undefined],
    [304, undefined],
  ])('that answers with status %i is noted as what it is', async (status, note) => {
    await using server = await serve((_request, response) => response.writeHead(status, { location: '/login' }).end());
    expect(await noteOf(server.url)).toBe(note);
    expect(await noteOf(server.url, [{ request: 'GET /', check: { status } }])).toBeUndefined();
  });

  it('that answers with another status than its check asks for is noted', async () => {
    await using server = await serve((_request, response) => response.end());
    expect(await noteOf(server.url, [{ request: 'GET /', check: { status: 201 } }])).toBe(
      'it: GET / was answered with status 200, and its check asks for 201: such answers count as errors',
    );
  });

  it('that two scenarios ask the same is asked once, and noted for each of their checks', async () => {
    await using server = await serve((_request, response) => response.writeHead(302, { location: '/login' }).end());
    const target = { url: server.url };
    const scenario = (check: object) => ({ question: 'Is it?', workload: [{ request: 'GET /', ...check }], target });
    const checks = { none: {}, asked: { check: { status: 302 } }, ok: { check: { status: 200 } }, again: {} };
    const orders = [Object.entries(checks), Object.entries(checks).toReversed()];
    for (const order of orders) {
      const { scenarios } = scenarioFile({
        scenarios: Object.fromEntries(order.map(([name, check]) => [name, scenario(check)])),
      });
      const { tried: seen } = await tryPlan(planOfScenarios(scenarios, {}, 7));
      expect(seen.map(({ note }) => note?.replace(/^.*to \/login/, '')).sort()).toEqual([
        ', a redirect that no check asks for: such answers count as right, and are not followed',
        ', and its check asks for 200: such answers count as errors',
      ]);
    }
    expect(server.received).toBe(orders.length);
  });

  it('that answers 100 first has its own answer read', async () => {
    await using server = await servePlain((socket) =>
      socket.end('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(await noteOf(server.url)).toContain('was answered with status 403');
  });

  it('that streams events without an end is not waited for', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      const ticking = setInterval(() => response.write('data: tick\n\n'), 50);
      response.once('close', () => clearInterval(ticking));
    });
    const [seen] = await tried([server.url]);
    expect(seen).toEqual({ target: server.url, request: 'GET /', answer: 'was answered with status 200' });
  });

  it('that sends more than is read is known by its head', async () => {
    await using server = await serve((_request, response) => response.writeHead(403).end('x'.repeat(1_000_000)));
    expect(await noteOf(server.url)).toContain('was answered with status 403');
  });

  it('that does not speak HTTP is noted with what it said, in one printable line', async () => {
    await using server = await servePlain((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n\u001b[31m'));
    expect(await noteOf(server.url)).toBe(
      'it: GET / was answered with what is not HTTP: "SSH-2.0-OpenSSH_9.2 [31m". The load goes on all the same',
    );
  });

  it('that closes the connection instead is noted', async () => {
    await using server = await servePlain((socket) => socket.destroy());
    expect(await noteOf(server.url)).toContain('got no answer: the server closed the connection');
  });

  it('that speaks TLS is noted where plain HTTP was asked for, and answers where it was not', async () => {
    await using server = await serveSecurely((_request, response) => response.end('ok'));
    const [seen] = await tried([server.url]);
    expect(seen).toEqual({ target: server.url, request: 'GET /', answer: 'was answered with status 200' });
    const plain = `http://127.0.0.1:${server.port}`;
    expect(await noteOf(plain)).toMatch(/^it: GET \/ (found a server that speaks TLS|got no answer)/);
  });

  it.each([
    ['an alert', '\u0015\u0003\u0001\u0000\u0002\u0002\u0046'],
    ['nginx', 'HTTP/1.1 400 Bad Request\r\n\r\n<center>The plain HTTP request was sent to HTTPS port</center>'],
    ['Go', 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'],
  ])('that says by %s that it wants TLS is noted as that', async (_, said) => {
    await using server = await servePlain((socket) => socket.end(Buffer.from(said, 'latin1')));
    expect(await noteOf(server.url)).toContain('speaks TLS, and the address asks for plain HTTP. Write https://');
  });

  it('that speaks plain HTTP where TLS was asked for is noted', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const [seen] = await tried([server.url.replace('http:', 'https:')]);
    expect(seen?.note).toContain('the server speaks plain HTTP, and the address asks for TLS. Write http://');
    expect(server.received).toBe(0);
  });
});

describe('a name that stands for several addresses', () => {
  /** What is seen of a server that listens at some of them, and where its load goes. */
  async function several(ips: readonly string[], listening: string, connections = 10, host = 'shop.example') {
    const asked: (string | undefined)[] = [];
    await using server = await serve(
      ({ headers }, response) => {
        asked.push(headers.host);
        response.end();
      },
      0,
      listening,
    );
    const { port } = new URL(server.url);
    const url = `http://${host}:${port}`;
    const load = { connections, duration: '1s' };
    const { scenarios } = scenarioFile(
      {
        scenarios: { mine: { question: 'Is it?', workload: ['GET /'], target: { url: '${SHOP}' }, load } },
      },
      { SHOP: url },
    );
    const content = { question: 'Is it?', workload: ['GET /'], target: { url }, load };
    const plain = scenarioFile({ scenarios: { mine: content } });
    const seen = await tryPlan(planOfScenarios(plain.scenarios, {}, 7), {}, { [host]: ips });
    const hidden = await tryPlan(planOfScenarios(scenarios, {}, 7), { SHOP: url }, { [host]: ips });
    const notes = ({ tried: all }: typeof seen): readonly string[] =>
      all.flatMap(({ note }) => note?.replaceAll(url, 'it') ?? []);
    return { notes: notes(seen), hiddenNotes: notes(hidden), ips: seen.addresses.get(url), asked, url };
  }

  it('is asked at each of them, by its name', async () => {
    const { notes, ips, asked, url } = await several(['127.0.0.1', '127.0.0.2'], '0.0.0.0');
    expect(notes).toEqual([]);
    expect(ips).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(asked).toEqual(Array(4).fill(new URL(url).host));
  });

  it('has no load where there is no connection, and says so', async () => {
    const { notes, hiddenNotes, ips } = await several(['127.0.0.2', '127.0.0.1', '127.0.0.3'], '127.0.0.1');
    expect(ips).toEqual(['127.0.0.1']);
    expect(notes).toEqual([
      'it: no load goes to 2 of the 3 addresses of its name: there was no connection to 127.0.0.2 (ECONNREFUSED), 127.0.0.3 (ECONNREFUSED)',
    ]);
    expect(hiddenNotes).toEqual(['${SHOP}: no load goes to 2 of the 3 addresses of its name: there was no connection']);
  });

  it('says that there are too few connections for all of them', async () => {
    const { notes, ips } = await several(['127.0.0.1', '127.0.0.2', '127.0.0.3'], '0.0.0.0', 2);
    expect(ips).toHaveLength(3);
    expect(notes).toEqual([
      'it: no load goes to 1 of the 3 addresses of its name: there are no more than 2 connections',
    ]);
  });

  it('is one server where it is localhost, at whichever address that listens', async () => {
    const { notes, ips, asked } = await several([], '127.0.0.1', 10, 'shop.localhost');
    expect(notes).toEqual([]);
    expect(ips).toEqual(['127.0.0.1']);
    expect(asked).toHaveLength(2);
  });
});
