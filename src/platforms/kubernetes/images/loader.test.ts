import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { expect, onTestFinished, test } from 'vitest';
import { failure } from '../../../../test/conformance/failure.ts';
import { fakeMinikube } from '../../../../test/fakes/minikube.ts';
import { ProgramFolder } from '../../../../test/fakes/program-folder.ts';
import { findExecutable } from '../../../machine/executable.ts';
import type { ImageSource } from './loader-contract.ts';
import { type LoaderName, isLoaderName, openLoader } from './loader.ts';

const { signal } = new AbortController();
const waited = { timeout: 30_000 };
const lab = { name: 'scale-lab:0123456789abcdef', id: undefined };
const redis = { name: 'redis:8', id: 'sha256:12ab' };

/** An Engine that knows nothing but how to save images. */
async function sourceOf(): Promise<ImageSource & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(decodeURIComponent(url));
    const names = new URL(url, 'http://localhost').searchParams.getAll('names');
    const archive = pack();
    archive.entry({ name: 'manifest.json' }, JSON.stringify(names.map((name) => ({ RepoTags: [name] }))));
    archive.finalize();
    archive.pipe(response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const docker = new Docker({ protocol: 'http', host: '127.0.0.1', port });
  const engine = { docker } as ImageSource['engine'];
  return { engine, folder: path.join(mkdtempSync(path.join(tmpdir(), 'loader-')), 'on-its-way'), asked };
}

test.each<[LoaderName, string]>([
  ['kind', `kind load docker-image ${lab.name} redis:8 --name two words`],
  ['k3d', `k3d image import ${lab.name} redis:8 --cluster two words`],
])('%s is told to load all at once', async (name, call) => {
  const programs = new ProgramFolder().add(name);
  const loader = await openLoader(name, 'two words', programs.environment);
  expect(await loader.missing([lab, redis], signal)).toEqual([lab, redis]);
  await loader.load([lab, redis], await sourceOf(), signal);
  expect(programs.calls).toEqual([call]);
});

test('minikube is given one archive with what it does not have, and keeps nothing but the images', async () => {
  const programs = new ProgramFolder().add('minikube', fakeMinikube);
  const loader = await openLoader('minikube', 'p', programs.environment);
  const source = await sourceOf();
  expect(await loader.missing([lab, redis], signal)).toEqual([lab, redis]);
  await loader.load([lab, redis], source, signal);
  expect(source.asked).toEqual([`/images/get?names=${lab.name}&names=redis:8`]);
  expect(programs.calls).toEqual([
    'minikube image --profile p ls --format json',
    `minikube image --profile p load ${source.folder}/on-its-way.tar`,
    'minikube ssh --profile p -- sudo rm -f /var/lib/minikube/images/on-its-way.tar',
    'minikube image --profile p ls --format json',
  ]);
  expect(existsSync(source.folder)).toBe(false);
  expect(await loader.missing([lab, redis], signal)).toEqual([]);
});

test('what minikube has under that name, but of another image, is missing', async () => {
  const programs = new ProgramFolder().add('minikube', fakeMinikube);
  const loader = await openLoader('minikube', 'p', programs.environment);
  await loader.load([lab, redis], await sourceOf(), signal);
  const rebuilt = { name: 'redis:8', id: 'sha256:34cd' };
  expect(await loader.missing([lab, redis, rebuilt], signal)).toEqual([rebuilt]);
  await loader.load([rebuilt], await sourceOf(), signal);
  expect(await loader.missing([rebuilt], signal)).toEqual([]);
  expect(await loader.missing([redis], signal)).toEqual([redis]);
});

test.each([
  ['the id is the same', { id: 'sha256:12ab', repoTags: ['docker.io/library/redis:8'] }],
  ['the id is the same, as Docker on a node tells it', { id: '12ab', repoTags: ['docker.io/library/redis:8'] }],
  [
    'both have pulled it',
    { id: 'sha256:99', repoTags: ['docker.io/library/redis:8'], repoDigests: ['docker.io/library/redis@sha256:12ab'] },
  ],
])('an image that minikube has by itself is not loaded where %s', async (_, listed) => {
  const programs = new ProgramFolder().add('minikube', `echo '${JSON.stringify([listed])}'`);
  const loader = await openLoader('minikube', 'p', programs.environment);
  expect(await loader.missing([redis], signal)).toEqual([]);
});

test.each([
  ['fails', '[ "$4" = load ] && { echo "Profile p not found" >&2; exit 85; }', 'Profile p not found'],
  ['says that it did not', '[ "$4" = load ] && { echo "it did nothing" >&2; exit 0; }', 'it did nothing'],
])('a load by minikube that %s is told with its words', async (_, script, detail) => {
  const programs = new ProgramFolder().add('minikube', `${script}\necho '[]'`);
  const loader = await openLoader('minikube', 'p', programs.environment);
  const source = await sourceOf();
  const error = await failure(loader.load([lab, redis], source, signal));
  expect(error.message).toBe(`minikube could not load ${lab.name}, redis:8 into the cluster p.`);
  expect(error.details).toEqual([detail]);
  expect(error.hint).toContain('minikube status --profile p');
  expect(existsSync(source.folder)).toBe(false);
});

test.each<[LoaderName, string, string]>([
  ['kind', 'echo "ERROR: no nodes found for cluster" >&2; exit 1', 'ERROR: no nodes found for cluster'],
  ['k3d', 'printf "\\033[31mERRO\\033[0m[0001] failed to import images" >&2', 'ERRO[0001] failed to import images'],
  ['k3d', 'echo \'time="x" level=error msg="failed to import"\'', 'time="x" level=error msg="failed to import"'],
])('a load by %s that fails is told with its words: %s', async (name, script, detail) => {
  const loader = await openLoader(name, 'p', new ProgramFolder().add(name, script).environment);
  const error = await failure(loader.load([lab], await sourceOf(), signal));
  expect(error.message).toBe(`${name} could not load ${lab.name} into the cluster p.`);
  expect(error.details).toEqual([detail]);
  expect(error.hint).toContain(name);
});

test.for<LoaderName>(['minikube', 'kind', 'k3d'])('%s that is not installed is named', async (name, context) => {
  const { environment } = new ProgramFolder();
  if ((await findExecutable(name, environment)) !== undefined) context.skip(`${name} is where it is always found`);
  const error = await failure(openLoader(name, 'p', environment));
  expect(error.message).toBe(`${name} is not on PATH.`);
  expect(error.hint).toContain(`brew install ${name}`);
});

test.for<LoaderName>(['minikube', 'kind'])(
  'the signal breaks a load by %s off, and nothing of it stays',
  async (name) => {
    const programs = new ProgramFolder().add(name, '[ "$1" = ssh ] || exec sleep 600');
    const controller = new AbortController();
    const source = await sourceOf();
    const loader = await openLoader(name, 'p', programs.environment);
    const loading = loader.load([lab], source, controller.signal);
    await expect.poll(() => programs.calls.length, waited).toBe(1);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(loading).rejects.toBe(reason);
    expect(existsSync(source.folder)).toBe(false);
  },
);

test('only some clusters are made by a program that loads images', () => {
  expect(['minikube', 'kind', 'k3d', 'docker-desktop', 'other', 'toString'].filter(isLoaderName)).toEqual([
    'minikube',
    'kind',
    'k3d',
  ]);
});
