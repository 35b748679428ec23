import { createHash } from 'node:crypto';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a registry of a test was asked, and what it has. */
export interface FakeRegistry extends AsyncDisposable {
  readonly host: string;
  /** `team/scale-lab:<tag>`, in the order in which they were pushed. */
  readonly pushed: readonly string[];
  /** How many uploads were asked for. */
  readonly uploads: number;
}

/** The few requests of the registry protocol that a push is made of, for who has that login. What comes is kept in memory; one that hangs takes no uploads. */
export async function startRegistry(login: string, { hangs = false } = {}): Promise<FakeRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, { readonly type: string; readonly content: Buffer }>();
  const uploads = new Map<string, Buffer>();
  let asked = 0;
  const wanted = `Basic ${Buffer.from(login).toString('base64')}`;

  async function answer(request: IncomingMessage): Promise<[number, Record<string, string>?, Buffer?]> {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '/', 'http://registry');
    if (headers.authorization !== wanted) return [401, { 'www-authenticate': 'Basic realm="registry"' }];
    const [, name = '', kind, reference = ''] =
      /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(url.pathname) ?? [];
    const body = await buffer(request);
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    if (kind === 'blobs/uploads') {
      asked += 1;
      if (hangs) await new Promise(() => undefined);
      const id = reference === '' ? String(uploads.size) : reference;
      const content = Buffer.concat([uploads.get(id) ?? Buffer.alloc(0), body]);
      uploads.set(id, content);
      if (method === 'PUT') blobs.set(url.searchParams.get('digest') ?? '', content);
      const range = `0-${Math.max(0, content.length - 1)}`;
      return [method === 'PUT' ? 201 : 202, { location: `/v2/${name}/blobs/uploads/${id}`, range }];
    }
    if (kind === 'blobs') return blobs.has(reference) ? [200, {}, blobs.get(reference)] : [404];
    if (kind !== 'manifests') return [200];
    if (method === 'PUT') {
      for (const key of [`${name}:${reference}`, `${name}:${digest}`])
        manifests.set(key, { type: headers['content-type'] ?? '', content: body });
      return [201, { 'docker-content-digest': digest }];
    }
    const found = manifests.get(`${name}:${reference}`);
    if (found === undefined) return [404];
    const hash = createHash('sha256').update(found.content).digest('hex');
    return [200, { 'content-type': found.type, 'docker-content-digest': `sha256:${hash}` }, found.content];
  }

  const server = createServer((request, response) => {
    void answer(request).then(([status, headers = {}, content = Buffer.alloc(0)]) => {
      response.writeHead(status, { 'content-length': content.length, ...headers });
      response.end(request.method === 'HEAD' ? undefined : content);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    get pushed() {
      return [...manifests.keys()].filter((key) => !key.includes('sha256:'));
    },
    get uploads() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
