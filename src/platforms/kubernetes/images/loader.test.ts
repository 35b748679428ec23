import { expect, test } from 'vitest';
import { failure } from '../../../../test/conformance/failure.ts';
import { ProgramFolder } from '../../../../test/fakes/program-folder.ts';
import { findExecutable } from '../../common/executable.ts';
import { Loader, type LoaderName, isLoaderName } from './loader.ts';

const { signal } = new AbortController();
const waited = { timeout: 30_000 };
const image = 'scale-lab:0123456789abcdef';

/** As minikube does: it lists what it has loaded, by full names. */
const minikube = `
case "$2" in
  load) echo "docker.io/library/$3" >>images ;;
  ls) echo registry.k8s.io/pause:3.10; cat images 2>/dev/null || true ;;
esac`;

test.each<[LoaderName, string]>([
  ['kind', `kind load docker-image ${image} --name two words`],
  ['k3d', `k3d image import ${image} --cluster two words`],
])('%s is told to load', async (name, call) => {
  const programs = new ProgramFolder().add(name);
  const loader = await Loader.open(name, 'two words', programs.environment);
  expect((await loader.listed(signal))(image)).toBe(false);
  await loader.load(image, signal);
  expect(programs.calls).toEqual([call]);
});

test('minikube is told to load, and asked what it has', async () => {
  const programs = new ProgramFolder().add('minikube', minikube);
  const loader = await Loader.open('minikube', 'p', programs.environment);
  const before = await loader.listed(signal);
  expect([before(image), before('registry.k8s.io/pause:3.10')]).toEqual([false, true]);
  await loader.load(image, signal);
  expect((await loader.listed(signal))(image)).toBe(true);
  expect((await loader.listed(signal))('scale-lab')).toBe(false);
  expect(programs.calls.slice(0, 3)).toEqual([
    'minikube image ls --profile p',
    `minikube image load ${image} --profile p`,
    'minikube image ls --profile p',
  ]);
});

test.each<[LoaderName, string, string]>([
  ['minikube', 'echo "Profile p not found" >&2; exit 85', 'Profile p not found'],
  ['minikube', '[ "$2" = ls ] || echo "it said nothing, and did nothing" >&2', 'it said nothing, and did nothing'],
  ['kind', 'echo "ERROR: no nodes found for cluster" >&2; exit 1', 'ERROR: no nodes found for cluster'],
  ['k3d', 'printf "\\033[31mERRO\\033[0m[0001] failed to import images" >&2', 'ERRO[0001] failed to import images'],
  ['k3d', 'echo \'time="x" level=error msg="failed to import"\'', 'time="x" level=error msg="failed to import"'],
])('a load by %s that fails is told with its words: %s', async (name, script, detail) => {
  const loader = await Loader.open(name, 'p', new ProgramFolder().add(name, script).environment);
  const error = await failure(loader.load(image, signal));
  expect(error.message).toBe(`${name} could not load ${image} into the cluster p.`);
  expect(error.details).toEqual([detail]);
  expect(error.hint).toContain(name);
  expect((await loader.listed(signal))(image)).toBe(false);
});

test.for<LoaderName>(['minikube', 'kind', 'k3d'])('%s that is not installed is named', async (name, context) => {
  const { environment } = new ProgramFolder();
  if ((await findExecutable(name, environment)) !== undefined) context.skip(`${name} is where it is always found`);
  const error = await failure(Loader.open(name, 'p', environment));
  expect(error.message).toBe(`${name} is not on PATH.`);
  expect(error.hint).toContain(`brew install ${name}`);
});

test('the signal breaks a load off', async () => {
  const programs = new ProgramFolder().add('kind', 'exec sleep 600');
  const controller = new AbortController();
  const loading = (await Loader.open('kind', 'p', programs.environment)).load(image, controller.signal);
  await expect.poll(() => programs.calls.length, waited).toBe(1);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(loading).rejects.toBe(reason);
});

test('only some clusters are made by a program that loads images', () => {
  expect(['minikube', 'kind', 'k3d', 'docker-desktop', 'other', 'toString'].filter(isLoaderName)).toEqual([
    'minikube',
    'kind',
    'k3d',
  ]);
});
