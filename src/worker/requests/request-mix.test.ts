import { describe, expect, it } from 'vitest';
import { oneRequest, requestTemplate } from '../testing/jobs.ts';
import { Origin } from './origin.ts';
import { RequestMix } from './request-mix.ts';

const origin = new Origin('http://127.0.0.1:8080', 0);

function sent(mix: RequestMix, to = origin): string {
  return mix.draw().bytesFor(to).toString();
}

describe('RequestMix', () => {
  it('fills in one draw of a key in path, body and check, and leaves other braces alone', () => {
    const mix = new RequestMix(
      oneRequest(
        { method: 'POST', path: '/todos/{todo}?a={b}', body: '{"id":{todo}}', check: { contains: '#{todo}' } },
        { todo: { kind: 'uniform', of: 1_000_000 } },
      ),
      1,
    );
    for (let time = 0; time < 100; time++) {
      const request = mix.draw();
      const [, key] = /^\/todos\/(\d+)\?a=\{b\}$/.exec(request.path) ?? [];
      expect(request.body?.toString()).toBe(`{"id":${key ?? '?'}}`);
      expect(request.expected.contains?.toString()).toBe(`#${key ?? '?'}`);
    }
  });

  it('draws several keys of one request, each on its own', () => {
    const keys = { a: { kind: 'uniform', of: 1000 }, b: { kind: 'uniform', of: 1000 } } as const;
    const mix = new RequestMix(oneRequest({ path: '/{a}/{b}/{a}' }, keys), 1);
    const paths = Array.from({ length: 100 }, () => mix.draw().path.split('/').slice(1));
    expect(paths.every(([first, , third]) => first === third)).toBe(true);
    expect(paths.filter(([first, second]) => first === second).length).toBeLessThan(10);
  });

  it('draws the same requests for the same seed, by weight', () => {
    const workload = {
      requests: [requestTemplate({ path: '/a/{k}', weight: 3 }), requestTemplate({ path: '/b', weight: 1 })],
      keys: { k: { kind: 'zipf', exponent: 1, of: 50 } },
    } as const;
    const paths = (seed: number): string[] => {
      const mix = new RequestMix(workload, seed);
      return Array.from({ length: 10_000 }, () => mix.draw().path);
    };
    expect(paths(4)).toEqual(paths(4));
    expect(paths(4)).not.toEqual(paths(5));
    const share = paths(4).filter((path) => path.startsWith('/a/')).length / 10_000;
    expect(share).toBeGreaterThan(0.73);
    expect(share).toBeLessThan(0.77);
  });

  it('builds a request that is drawn again only once', () => {
    const mix = new RequestMix(oneRequest({ path: '/todos/{todo}' }, { todo: { kind: 'hot', key: 7 } }), 1);
    expect(mix.draw().bytesFor(origin)).toBe(mix.draw().bytesFor(origin));
  });

  it('writes a request for the address that it goes to', () => {
    const mix = new RequestMix(oneRequest({ path: '/a b/ü', headers: { 'X-A': '1' } }), 1);
    expect(sent(mix)).toBe(
      'GET /a%20b/%C3%BC HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: keep-alive\r\nX-A: 1\r\n\r\n',
    );
    expect(sent(mix, new Origin('http://u:p@[::1]/base/', 1))).toBe(
      'GET /base/a%20b/%C3%BC HTTP/1.1\r\nHost: [::1]\r\nConnection: keep-alive\r\nAuthorization: Basic dTpw\r\nX-A: 1\r\n\r\n',
    );
  });

  it("sends the body's length in bytes, and the scenario's own header fields", () => {
    const headers = { host: 'todos.test', connection: 'close', 'content-length': '1' };
    const mix = new RequestMix(oneRequest({ method: 'PUT', path: '/', headers, body: 'ü' }), 1);
    expect(sent(mix)).toBe('PUT / HTTP/1.1\r\nhost: todos.test\r\nconnection: close\r\nContent-Length: 2\r\n\r\nü');
  });

  it('fills keys in in headers: the same draw as in the path', () => {
    const request = { path: '/users/{user}', headers: { 'x-user': 'u{user}', cookie: 'a={b}' } };
    const mix = new RequestMix(oneRequest(request, { user: { kind: 'hot', key: 7 } }), 1);
    const head = 'GET /users/7 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: keep-alive\r\n';
    expect(sent(mix)).toBe(`${head}x-user: u7\r\ncookie: a={b}\r\n\r\n`);
  });

  it('fills the values of variables in wherever a text is sent, and shows none of them', () => {
    const request = {
      method: 'POST',
      path: '/${AREA}/{n}?q=${Q}&r=${NONE:-no}',
      headers: { authorization: 'Bearer ${TOKEN}', 'x-literal': '$${TOKEN}' },
      body: '{"a":"${Q}","n":{n}}',
      json: true,
      check: { contains: '"${TOKEN}"' },
    };
    const variables = { AREA: 'eu', Q: 'say "é"', TOKEN: 's3cret' };
    const drawn = new RequestMix(oneRequest(request, { n: { kind: 'hot', key: 7 } }), 1, undefined, variables).draw();
    expect(drawn.path).toBe('/eu/7?q=say%20"%C3%A9"&r=no');
    expect(drawn.shownPath).toBe('/${AREA}/7?q=${Q}&r=${NONE:-no}');
    expect(Object.fromEntries(drawn.headersFor(origin))).toMatchObject({
      authorization: 'Bearer s3cret',
      'x-literal': '${TOKEN}',
    });
    expect(drawn.body?.toString()).toBe('{"a":"say \\"é\\"","n":7}');
    expect(drawn.expected.contains?.toString()).toBe('"s3cret"');
  });

  it('takes a text body as it is, and what a value holds for no key', () => {
    const request = { path: '/', body: '${A} $${n} {n}' };
    const mix = new RequestMix(oneRequest(request, { n: { kind: 'hot', key: 7 } }), 1, undefined, { A: '"{n}"' });
    expect(mix.draw().body?.toString()).toBe('"{n}" ${n} 7');
  });
});
