import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { fakeIo } from '../../../test/fakes/io.ts';
import { fakeOutput } from '../../../test/fakes/output.ts';
import { runCommandLine } from '../command-line.ts';

const scenarios = `
version: 1
images: { redis: mirror.example/redis:8 }
scenarios:
  My_Own.thing:
    question: Do more replicas serve more?
    workload: ['GET /todos/1']
    replicas: [3, 1]
    variants: { service: {}, nginx: { balancer: ip-hash }, cached: { app: { cache: aside } } }
  uncached:
    question: Is it fast without a cache?
    workload: ['GET /todos/1']
  running:
    question: Is it fast?
    workload: ['GET /']
    variants: { there: { target: { url: 'http://127.0.0.1:1' } } }
suites:
  all: [My_Own.thing]
`;

/** With variables of the environment in it. */
const priced = `
version: 1
scenarios:
  priced:
    question: Who asks for prices?
    workload: ['GET /todos/1']
    services: { prices: { image: 'shop:\${TAG}', port: 8080, args: ['--for=\${WHOM:-all}'], env: { KEY: '\${KEY}' } } }
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-manifests-'));
  await writeFile(path.join(folder, 'scenarios.yaml'), scenarios);
  await writeFile(path.join(folder, 'priced.yaml'), priced);
});
afterAll(async () => rm(folder, { recursive: true }));

async function manifests(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const [out, err] = [fakeOutput(), fakeOutput()];
  const { signal } = new AbortController();
  const io = fakeIo({ out, err, environment, folder, args: ['manifests', ...args], signal });
  const code = await runCommandLine(io);
  return { code, out: out.text(), err: err.text() };
}

describe('scale-lab manifests', () => {
  it('prints the first variant at the fewest replicas, and how to use it', async () => {
    const { code, out, err } = await manifests(['My_Own.thing']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('# My_Own.thing, service, ×1,');
    expect(out).toContain('kubectl apply -f -');
    expect(out).toContain('kubectl -n scale-lab-my-own-thing port-forward service/app 3000');
    const documents = parseAllDocuments(out).map((document) => {
      const read: unknown = document.toJS();
      return read;
    });
    expect(documents[0]).toMatchObject({
      kind: 'Namespace',
      metadata: { name: 'scale-lab-my-own-thing', labels: { 'scale-lab.run': 'manifests' } },
    });
    expect(out).not.toContain('load-worker.mjs');
  });

  it('prints the variant, the replicas and the load workers that are asked for', async () => {
    const { out } = await manifests(['My_Own.thing', '--variant', 'nginx', '--replicas', '3', '--workers', '2']);
    expect(out).toContain('# My_Own.thing, nginx, ×3,');
    expect(out).toContain('port-forward service/nginx 8080');
    expect(out).toContain('server app-pods:3000;');
    expect(out).toContain('parallelism: 2');
    expect(out).toContain('load-worker.mjs');
  });

  it('names the images of the environment, else of the file', async () => {
    const { out } = await manifests(['My_Own.thing'], {
      SCALE_LAB_IMAGE: 'mirror.example/lab:1',
      SCALE_LAB_POSTGRES_IMAGE: 'mirror.example/postgres:17',
    });
    const images = [...out.matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(
      new Set(['mirror.example/postgres:17', 'mirror.example/redis:8', 'mirror.example/lab:1']),
    );
  });

  it('has Redis where a variant of the scenario uses a cache, whichever is printed, and else none', async () => {
    const kinds = async (...args: readonly string[]) => (await manifests(args)).out.match(/^ {2}name: redis$/gm) ?? [];
    // Its Secret, its Deployment and its Service.
    expect(await kinds('My_Own.thing')).toHaveLength(3);
    expect((await manifests(['My_Own.thing'])).out).not.toContain('name: REDIS_URL');
    expect((await manifests(['My_Own.thing', '--variant', 'cached'])).out).toContain('name: REDIS_URL');
    expect(await kinds('uncached')).toEqual([]);
  });

  it('fills the variables of an image in, which nodes know nothing of', async () => {
    const { code, out } = await manifests(['priced', '--file', 'priced.yaml'], { TAG: '7', KEY: 'a-key' });
    expect(code).toBe(0);
    for (const text of ['image: shop:7', '--for=all', 'a-key']) expect(out).toContain(text);
    expect(out).not.toMatch(/\$\{(TAG|WHOM|KEY)/);
    expect((await manifests(['priced', '--file', 'priced.yaml'], { TAG: '7' })).err).toContain(
      'the variable KEY is not set',
    );
  });

  it('has other passwords each time', async () => {
    const passwords = async () => /POSTGRES_PASSWORD: (\S+)/.exec((await manifests(['My_Own.thing'])).out)?.[1];
    const [one, other] = [await passwords(), await passwords()];
    expect(one).toMatch(/^[\w-]{24}$/);
    expect(other).not.toBe(one);
  });

  it('refuses a server that runs already, a suite, and what is not there', async () => {
    expect(await manifests(['running'])).toMatchObject({ code: 2, out: '' });
    expect((await manifests(['running'])).err).toContain('runs already at http://127.0.0.1:1');
    expect((await manifests(['all'])).err).toContain('"all" is a suite; give one scenario.');
    expect(await manifests(['My_Own.thing', '--variant', 'other'])).toMatchObject({ code: 2, out: '' });
  });
});
