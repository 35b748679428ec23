import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { never } from '../../../machine/time-limit.ts';
import { type ContextChoice, ContextProblem, chooseContext, requireConsent } from './context.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'contexts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A kubeconfig with a context for each name and server. */
function kubeconfig(name: string, servers: Readonly<Record<string, string>>, current?: string): string {
  const names = Object.keys(servers);
  const file = path.join(folder, name);
  const config = {
    ...(current === undefined ? {} : { 'current-context': current }),
    clusters: names.map((cluster) => ({ name: cluster, cluster: { server: servers[cluster] } })),
    users: [{ name: 'somebody', user: { token: 'secret' } }],
    contexts: names.map((context) => ({ name: context, context: { cluster: context, user: 'somebody' } })),
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const servers = {
  minikube: 'https://192.168.49.2:8443',
  'kind-lab': 'https://127.0.0.1:40123',
  'k3d-lab': 'https://0.0.0.0:6550',
  'docker-desktop': 'https://kubernetes.docker.internal:6443',
  tunnel: 'https://localhost:6443',
  'kind-far': 'https://203.0.113.5:6443',
  company: 'https://10.1.2.3:6443',
};
const file = kubeconfig('all', servers, 'company');

const choose = async (change: Partial<ContextChoice> = {}, environment = { KUBECONFIG: file }) =>
  chooseContext({ platform: 'kubernetes', environment, ...change }, never());

async function problem(choice: Promise<unknown>): Promise<ContextProblem> {
  const error = await choice.catch((thrown: unknown) => thrown);
  if (error instanceof ContextProblem) return error;
  throw new Error(`not a ContextProblem: ${String(error)}`);
}

describe('the context', () => {
  test.each([
    ['minikube', 'minikube', 'minikube', true],
    ['kind-lab', 'kind', 'lab', true],
    ['k3d-lab', 'k3d', 'lab', true],
    ['docker-desktop', 'docker-desktop', 'docker-desktop', true],
    ['tunnel', 'other', 'tunnel', true],
    // A name is no proof.
    ['kind-far', 'kind', 'far', false],
    ['company', 'other', 'company', false],
  ])('%s is of the kind %s', async (context, flavour, clusterName, isLocal) => {
    expect(await choose({ context })).toMatchObject({ name: context, flavour, clusterName, isLocal, isNamed: true });
  });

  it('is the current one unless another is named, and that of minikube on its platform', async () => {
    expect(await choose()).toMatchObject({ name: 'company', server: servers.company, isNamed: false });
    expect(await choose({ platform: 'minikube' })).toMatchObject({ name: 'minikube', isNamed: false });
    const environment = {
      KUBECONFIG: kubeconfig('profile', { other: 'https://127.0.0.1:1' }),
      MINIKUBE_PROFILE: 'other',
    };
    expect(await choose({ platform: 'minikube' }, environment)).toMatchObject({ name: 'other', flavour: 'minikube' });
  });

  it('comes from all files that KUBECONFIG names, the first current one of them', async () => {
    const first = kubeconfig('first', { one: 'https://127.0.0.1:1' });
    const second = kubeconfig('second', { two: 'https://127.0.0.1:2' }, 'two');
    const third = kubeconfig('third', { three: 'https://127.0.0.1:3' }, 'three');
    const environment = { KUBECONFIG: [first, '/nowhere', second, third].join(path.delimiter) };
    expect(await choose({}, environment)).toMatchObject({ name: 'two' });
    expect(await choose({ context: 'one' }, environment)).toMatchObject({ server: 'https://127.0.0.1:1' });
  });

  it('is consented to where it is local or named, and only then', async () => {
    for (const choice of [{ context: 'company' }, { context: 'kind-lab' }]) requireConsent(await choose(choice));
    const current = await choose();
    expect(() => requireConsent(current)).toThrow(
      'company (https://10.1.2.3:6443), which is no cluster of this machine',
    );
  });

  it('that does not exist is answered with those that do', async () => {
    const named = await problem(choose({ context: 'compamy' }));
    expect(named).toMatchObject({ message: 'The kubeconfig has no context compamy.', isMissing: false });
    expect(named.hint).toContain('kind-lab');
    const environment = { KUBECONFIG: kubeconfig('none', { one: 'https://127.0.0.1:1' }) };
    expect((await problem(choose({ platform: 'minikube' }, environment))).hint).toContain('minikube start');
  });

  it.each([
    ['there is no kubeconfig', '/nowhere/config', 'There is no kubeconfig: /nowhere/config does not exist.', true],
    ['it names no current one', kubeconfig('current', {}), 'The kubeconfig has no current context.', true],
    ['its cluster has no address', kubeconfig('address', { one: 'nowhere' }, 'one'), 'names no cluster', false],
  ])('is missed where %s', async (_, KUBECONFIG, sentence, isMissing) => {
    const error = await problem(choose({}, { KUBECONFIG }));
    expect(error.message).toContain(sentence);
    expect(error).toMatchObject({ isMissing, exitCode: 4 });
    expect(error.hint).toBeDefined();
  });

  it('of a file that is not YAML is told of with the file', async () => {
    const broken = path.join(folder, 'broken');
    writeFileSync(broken, 'clusters: [\n  {');
    expect((await problem(choose({}, { KUBECONFIG: broken }))).message).toMatch(/broken cannot be read: /);
  });
});
