import type Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  engineProblem,
  hostOfItsOwn,
  isRequired,
  makeImage,
  openDocker,
} from '../../../../test/conformance/docker-engine.ts';
import { failure } from '../../../../test/conformance/failure.ts';
import { fakeMinikube } from '../../../../test/fakes/minikube.ts';
import { ProgramFolder } from '../../../../test/fakes/program-folder.ts';
import { type FakeRegistry, startRegistry } from '../../../../test/fakes/registry.ts';
import type { Environment } from '../../../machine/environment.ts';
import type { ImageName } from '../../../model/scenario.ts';
import type { Programs } from '../../common/programs.ts';
import { defaultImages } from '../../common/image-names.ts';
import { label, labelled } from '../../engine/labels.ts';
import type { Flavour } from '../cluster/flavour.ts';
import { type NodeImages, deliverImages, deliverOthers, describeDelivery } from './delivery.ts';
import { imageMissingHint } from './missing.ts';

const { signal } = new AbortController();
const waited = { timeout: 30_000 };
const nowhere = { temporaryFolder: '/nowhere', runId: 'delivered' };
const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
const nothingBuilt = { app: '/nowhere/a', worker: '/nowhere/w', agent: '/nowhere/g', link: '/nowhere/l' };
const bases = ['postgres', 'redis', 'nginx'] as const;
const problem = await engineProblem();

test('an image that is named is taken as it is: nothing is built, and no Engine is needed', async () => {
  const environment = { ...noEngine, SCALE_LAB_IMAGE: 'registry.example/lab:3', SCALE_LAB_REDIS_IMAGE: 'r:1' };
  const options = { environment, programs: nothingBuilt, ...nowhere, images: { redis: 'r:2', nginx: 'n:2' } };
  for (const flavour of ['minikube', 'kind', 'k3d', 'docker-desktop', 'other'] as const) {
    const images = await deliverImages({ flavour, name: 'c' }, bases, options, () => undefined, signal);
    expect(images).toEqual({
      ...defaultImages,
      lab: 'registry.example/lab:3',
      labPullPolicy: 'IfNotPresent',
      redis: 'r:1',
      nginx: 'n:2',
      way: "The lab's image is the one that SCALE_LAB_IMAGE names: registry.example/lab:3.",
    });
  }
});

test('where none is named, an Engine is asked for', async () => {
  const { folder: file } = new ProgramFolder();
  const options = { environment: noEngine, programs: { app: file, worker: file, agent: file, link: file }, ...nowhere };
  const error = await failure(deliverImages({ flavour: 'other', name: 'c' }, bases, options, () => undefined, signal));
  expect(error.message).toContain("The lab's image is built by a Docker Engine. There is no Docker Engine");
  expect(error.hint).toMatch(/Install Docker and start it .* SCALE_LAB_IMAGE=<image>\.$/);
});

test('what is wrong with the settings is said first', async () => {
  const environment = { ...noEngine, SCALE_LAB_REGISTRY: 'https://x' };
  const options = { environment, programs: nothingBuilt, ...nowhere };
  const error = await failure(deliverImages({ flavour: 'other', name: 'c' }, bases, options, () => undefined, signal));
  expect(error.message).toContain('SCALE_LAB_REGISTRY');
});

test('a signal that is given already ends it with its reason', async () => {
  const reason = new Error('enough');
  const options = { environment: noEngine, programs: nothingBuilt, ...nowhere };
  const broken = AbortSignal.abort(reason);
  const delivery = deliverImages({ flavour: 'kind', name: 'c' }, bases, options, () => undefined, broken);
  await expect(delivery).rejects.toBe(reason);
});

test('three ways are named to who lacks the image of the lab, and a setting to who lacks another', () => {
  for (const way of ['minikube, kind and k3d', 'SCALE_LAB_REGISTRY', 'SCALE_LAB_IMAGE'])
    expect(imageMissingHint('lab')).toContain(way);
  expect(imageMissingHint('redis')).toContain('SCALE_LAB_REDIS_IMAGE=<image>');
  expect(imageMissingHint('own')).toMatch(/^Load it onto the nodes .* or push it/);
});

test('how images would get there is told, or what is missing for it', async () => {
  const describeFor = async (flavour: Flavour, more: Environment = {}) =>
    describeDelivery({ flavour, name: 'c' }, { ...noEngine, ...more }, signal);
  expect(await describeFor('kind', { SCALE_LAB_IMAGE: 'lab:3' })).toBe('lab:3, by SCALE_LAB_IMAGE');
  expect((await failure(describeFor('kind', { PATH: '/nowhere' }))).message).toContain('kind is not on PATH');
  expect((await failure(describeFor('other', { SCALE_LAB_REGISTRY: 'https://x' }))).message).toContain('no name of');
  expect((await failure(describeFor('other'))).message).toContain('There is no Docker Engine');
});

describe('with a Docker Engine', () => {
  const environment = hostOfItsOwn('images');
  const base = `scale-lab-test-base:${process.pid}`;
  let docker: Docker;
  let baseImage: AsyncDisposable | undefined;
  let folder: ProgramFolder;
  let steps: string[];

  beforeEach(async (context) => {
    if (problem !== undefined && !isRequired) context.skip(problem);
    docker = await openDocker();
    baseImage = await makeImage(docker, base, 'FROM scratch\nCOPY Dockerfile /\n');
    folder = new ProgramFolder();
    for (const name of ['app', 'worker', 'agent', 'link']) folder.write(name, name);
    steps = [];
  });

  afterEach(async () => {
    if (baseImage === undefined) return;
    const ours = await docker.listImages({ filters: labelled(label.host, String(environment.SCALE_LAB_HOST)) });
    for (const tag of ours.flatMap(({ RepoTags }) => RepoTags ?? [])) await docker.getImage(tag).remove();
    await baseImage[Symbol.asyncDispose]();
    baseImage = undefined;
  });

  function deliver(
    flavour: Flavour,
    more: Environment = {},
    given: AbortSignal = signal,
    wanted: readonly ImageName[] = bases,
  ): Promise<NodeImages> {
    const names = {
      SCALE_LAB_NODE_IMAGE: base,
      SCALE_LAB_POSTGRES_IMAGE: base,
      SCALE_LAB_REDIS_IMAGE: 'not/here:1',
      // As the scenario file has it, whatever is set on this machine.
      SCALE_LAB_NGINX_IMAGE: '',
    };
    const file = (name: string): string => `${folder.folder}/${name}`;
    const programs: Programs = { app: file('app'), worker: file('worker'), agent: file('agent'), link: file('link') };
    const options = { environment: { ...environment, ...folder.environment, ...names, ...more }, programs };
    const settings = { ...options, images: { nginx: base }, runId: 'delivered', temporaryFolder: folder.folder };
    return deliverImages({ flavour, name: 'here' }, wanted, settings, (step) => steps.push(step), given);
  }

  test('the image is built once, with our labels, and named by its content', async () => {
    const { lab, labPullPolicy } = await deliver('other');
    expect(lab).toMatch(/^scale-lab:[0-9a-f]{16}$/);
    expect(labPullPolicy).toBe('IfNotPresent');
    const { Config } = await docker.getImage(lab).inspect();
    expect(Config.Labels).toMatchObject({
      [label.image]: 'true',
      [label.host]: environment.SCALE_LAB_HOST,
      [label.run]: 'delivered',
    });
    expect((await deliver('docker-desktop')).lab).toBe(lab);
    expect(steps).toEqual([`the image ${lab} is built`]);
    folder.write('worker', 'another');
    expect((await deliver('other')).lab).not.toBe(lab);
  });

  test('kind loads it, and of the others those that the Engine has', async () => {
    folder.add('kind');
    const images = await deliver('kind');
    const { lab } = images;
    expect(folder.calls).toEqual([`kind load docker-image ${lab} ${base} --name here`]);
    expect(images).toMatchObject({ labPullPolicy: 'Never', postgres: base, redis: 'not/here:1', nginx: base });
    expect(images.way).toBe("kind loaded the lab's image into the cluster here.");
    expect(steps).toContain(`${lab}, ${base} are loaded into the cluster here`);
  });

  test('kind loads no base image that no service is of', async () => {
    folder.add('kind');
    const { lab } = await deliver('kind', {}, signal, ['redis']);
    expect(folder.calls).toEqual([`kind load docker-image ${lab} --name here`]);
  });

  test('minikube loads what it does not have, once, until it is built anew', async () => {
    folder.add('minikube', fakeMinikube);
    const { lab } = await deliver('minikube');
    expect(steps.at(-1)).toBe(`${lab}, ${base} are loaded into the cluster here`);
    steps = [];
    await deliver('minikube');
    expect(steps).toEqual([]);
    await makeImage(docker, base, 'FROM scratch\nCOPY Dockerfile /again\n');
    const { lab: rebuilt } = await deliver('minikube');
    expect(rebuilt).not.toBe(lab);
    expect(steps.at(-1)).toBe(`${rebuilt}, ${base} are loaded into the cluster here`);
  });

  test("an image of the user's own is loaded where the Engine has it, and again where it was built anew", async () => {
    folder.add('minikube', fakeMinikube);
    const own = `scale-lab-test-own:${process.pid}`;
    const bring = async (image: string): Promise<readonly string[]> => {
      steps = [];
      const options = { environment: { ...environment, ...folder.environment }, programs: nothingBuilt, runId: 'own' };
      const delivery = { ...options, temporaryFolder: folder.folder };
      await deliverOthers({ flavour: 'minikube', name: 'here' }, [image], delivery, (text) => steps.push(text), signal);
      return steps;
    };
    const loaded = [`${own} is loaded into the cluster here`];
    const build = (text: string) => makeImage(docker, own, `FROM scratch\nCOPY Dockerfile /${text}\n`);
    await using _ = await build('first');
    expect(await bring(own)).toEqual(loaded);
    expect(await bring(own)).toEqual([]);
    await build('second');
    expect(await bring(own)).toEqual(loaded);
    expect(await bring('not/here:1')).toEqual([]);
  });

  test('base images that cannot be loaded are left to the nodes, the image of the lab is not', async () => {
    folder.add('k3d', `case "$*" in *${base}*) echo broken >&2; exit 1;; esac`);
    const { lab } = await deliver('k3d');
    expect(steps).toContain(
      `${base}: left to the nodes to pull. k3d could not load ${lab}, ${base} into the cluster here.`,
    );
    expect(steps.at(-1)).toBe(`${lab} is loaded into the cluster here`);
    folder.add('k3d', 'echo broken >&2; exit 1');
    const error = await failure(deliver('k3d'));
    expect(error.message).toContain(`k3d could not load ${lab}`);
    expect(error.details).toEqual(['broken']);
  });

  test('a load that is broken off ends with the reason', async () => {
    folder.add('kind', 'exec sleep 600');
    const controller = new AbortController();
    const reason = new Error('enough');
    const delivery = deliver('kind', {}, controller.signal);
    await expect.poll(() => folder.calls.length, waited).toBe(1);
    controller.abort(reason);
    await expect(delivery).rejects.toBe(reason);
  });

  describe('and a registry', () => {
    beforeEach(async (context) => {
      const { OperatingSystem } = (await docker.info()) as { OperatingSystem: string };
      if (OperatingSystem === 'Docker Desktop') context.skip('the Docker Engine cannot reach servers of this machine');
    });

    const login = 'ann:s3cret';
    const logIn = ({ host }: FakeRegistry): unknown =>
      folder.write('config.json', { auths: { [host]: { auth: Buffer.from(login).toString('base64') } } });

    test('it is pushed with the login that is kept, unless it is there', async () => {
      await using registry = await startRegistry(login);
      logIn(registry);
      const push = (): Promise<NodeImages> => deliver('other', { SCALE_LAB_REGISTRY: `${registry.host}/team` });
      const images = await push();
      expect(images.lab).toMatch(new RegExp(`^${registry.host}/team/scale-lab:[0-9a-f]{16}$`));
      expect(images.labPullPolicy).toBe('IfNotPresent');
      expect(registry.pushed).toEqual([images.lab.slice(registry.host.length + 1)]);
      expect(steps).toContain(`${images.lab} is pushed`);
      steps = [];
      expect(await push()).toEqual(images);
      expect(steps).toEqual([]);
    });

    test('a push without a login is refused, with what to do', async () => {
      await using registry = await startRegistry(login);
      const error = await failure(deliver('other', { SCALE_LAB_REGISTRY: registry.host }));
      expect(error.message).toContain(`The registry ${registry.host} wants to know who pushes`);
      expect(error.hint).toContain(`docker login ${registry.host}`);
      expect(registry.pushed).toEqual([]);
    });

    test('a push that is broken off ends with the reason', async () => {
      await using registry = await startRegistry(login, { hangs: true });
      logIn(registry);
      const controller = new AbortController();
      const reason = new Error('enough');
      const delivery = deliver('other', { SCALE_LAB_REGISTRY: registry.host }, controller.signal);
      await expect.poll(() => registry.uploads, waited).toBeGreaterThan(0);
      controller.abort(reason);
      await expect(delivery).rejects.toBe(reason);
    });
  });

  test('a registry that is not there is said to be unreachable', async () => {
    const error = await failure(deliver('other', { SCALE_LAB_REGISTRY: '127.0.0.1:1' }));
    expect(error.message).toContain('The registry 127.0.0.1:1 cannot be reached from the Docker Engine');
  });
});
