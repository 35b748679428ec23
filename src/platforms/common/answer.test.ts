import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { withTimeLimit } from '../../machine/time-limit.ts';
import { LabError } from '../../model/errors.ts';
import { ask, untilReady } from './answer.ts';
import { untilSign, type Watched } from './readiness.ts';
import { scrapeCopy } from './scrape.ts';

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
}

/** Why a server that answers like this was not ready in time. */
async function whyNot(listener: RequestListener, limitMs = 1500): Promise<string> {
  const server = createServer(listener);
  const url = await listening(server);
  try {
    return (await failureOf(url, limitMs)).replace(url, 'URL');
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function failureOf(url: string, limitMs = 1500): Promise<string> {
  const { signal } = new AbortController();
  return withTimeLimit(limitMs, signal, (limited) => untilReady(url, limited)).then(
    () => 'ready',
    (error: unknown) => String(error),
  );
}

describe('a readiness that fails says what was seen', () => {
  it('of a server that answers, but not that it is ready', async () => {
    const why = await whyNot((_request, response) => response.writeHead(503).end('not\n  yet'));
    expect(why).toMatch(/^NotReady: was not ready after 1.5 s: URL answered with status 503 for [\d.]+ m?s: not yet$/);
  });

  it('of a server that hangs, also where it answered before', async () => {
    expect(await whyNot(() => undefined)).toMatch(/: URL gave no answer for [\d.]+ m?s$/);
    let asked = 0;
    const why = await whyNot((_request, response) => {
      if (asked++ === 0) response.writeHead(500).end();
    });
    expect(why).toMatch(/: URL answered with status 500 for [\d.]+ m?s$/);
  });

  it('of a connection that is closed, or refused', async () => {
    expect(await whyNot((request) => request.socket.destroy())).toMatch(
      /: URL closed the connection without an answer/,
    );
    const server = createServer();
    const url = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect((await failureOf(url)).replace(url, 'URL')).toMatch(
      /: URL refused the connection for [\d.]+ m?s: nothing listens there$/,
    );
  });
});

/** Sends for as long as somebody reads. */
const endless =
  (status: number): RequestListener =>
  (_request, response) => {
    response.writeHead(status);
    const piece = Buffer.alloc(2 ** 16, 'still starting ');
    const send = (): void => {
      while (!response.destroyed && response.write(piece));
      response.once('drain', send);
    };
    send();
  };

describe('an answer without end', () => {
  it('is as good as any other for a readiness, which reads its beginning', async () => {
    expect(await whyNot(endless(200), 30_000)).toBe('ready');
    expect(await whyNot(endless(503), 1_500)).toMatch(
      /: URL answered with status 503 for [\d.]+ m?s: still starting still/,
    );
  });

  it('is given up where all of it is wanted, and its connection is closed', async () => {
    const server = createServer(endless(200));
    const closed = once(server, 'request').then(async ([, response]) => once(response as ServerResponse, 'close'));
    const { signal } = new AbortController();
    const url = await listening(server);
    try {
      const told = await scrapeCopy('app-1', url.replace(/\/$/, ''), { path: '/metrics' }, signal);
      expect(told).toEqual({ replica: 'app-1', problem: 'the answer is longer than 16 MiB' });
      await closed;
    } finally {
      server.close();
    }
  });

  it('that comes slowly is given up when its time is up, which is said', async () => {
    const server = createServer((_request, response) => response.write('a'));
    const url = await listening(server);
    const { signal } = new AbortController();
    try {
      const asked = withTimeLimit(300, signal, (limited) => ask(url, limited));
      await expect(asked).rejects.toThrow('no answer within 0.3 s');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('a signal that was given before', () => {
  const service: Watched = {
    ended: new Promise(() => undefined),
    end: undefined,
    failure: async (what) => Promise.resolve(new LabError(what)),
  };

  it('is heeded at once', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    const never = async (): Promise<never> => new Promise(() => undefined);
    await expect(untilSign(service, never, stopped)).rejects.toThrow('stopped');
    await expect(withTimeLimit(30_000, stopped, never)).rejects.toThrow('stopped');
    await expect(untilReady('http://127.0.0.1:1/', stopped, ask)).rejects.toThrow('stopped');
  });
});
