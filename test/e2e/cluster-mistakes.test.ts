import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveSecurely } from '../../src/worker/testing/secure-server.ts';
import { ProgramFolder } from '../fakes/program-folder.ts';
import { type Ended, scaleLab } from './cli.ts';
import { expired, serveExpired } from './expired-server.ts';
import { type ContextSettings, kubeconfigOf } from './kubeconfig.ts';
import { Workbench } from './workbench.ts';

const stopped = 'https://127.0.0.1:1';
/** An address for documentation: nobody is there. */
const foreign = 'https://192.0.2.1:6443';
const trusting = { 'insecure-skip-tls-verify': true };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
  // What these commands find wrong they find before they ask an Engine for anything.
  const KUBECONFIG = path.join(bench.folder, 'kubeconfig');
  // And without the minikube of this machine, which would tell how it is itself.
  const alone = { DOCKER_HOST: 'unix:///nowhere/docker.sock', MINIKUBE_PROFILE: '', PATH: '/usr/bin:/bin' };
  Object.assign(bench.env, { KUBECONFIG, ...alone });
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const lab = async (...args: string[]): Promise<Ended> => scaleLab(args, { cwd: bench.folder, env: bench.env });

/** Writes a kubeconfig; the first of the contexts is the current one. */
async function given(contexts: Readonly<Record<string, ContextSettings>>): Promise<void> {
  await bench.write('kubeconfig', kubeconfigOf(contexts, Object.keys(contexts)[0]));
}

/** What a run on a cluster says, which has to be an error with a hint, and no report. */
async function refused(...options: string[]): Promise<string> {
  const { code, out, err } = await lab('run', 'cache-hit', '--platform', 'kubernetes', ...options);
  expect(code, err).toBe(4);
  expect(out).toBe('');
  expect(err).toMatch(/^error: .+\.\n/m);
  expect(err).toMatch(/^ {2}hint: .+$/m);
  expect(err).not.toMatch(/^ {4}at |bug in scale-lab/m);
  return err;
}

describe('a kubeconfig', () => {
  it('that is not there', async () => {
    expect(await refused()).toContain(`There is no kubeconfig: ${String(bench.env.KUBECONFIG)} does not exist.`);
    Object.assign(bench.env, { KUBECONFIG: '', HOME: bench.folder });
    const err = await refused();
    expect(err).toContain(`There is no kubeconfig: ${bench.folder}/.kube/config does not exist.`);
    expect(err).toContain('hint: Set KUBECONFIG');
  });

  it.each(['clusters: [', 'only words', '[]', 'clusters: {}', ''])('that is none: %j', async (text) => {
    await bench.write('kubeconfig', text);
    const err = await refused();
    expect(err).toMatch(/The kubeconfig .*(cannot be read: .+|has no current context)\.\n/);
    expect(err).not.toContain('Cannot read properties');
  });

  it('without a current context: which there are', async () => {
    await bench.write('kubeconfig', kubeconfigOf({ one: { server: stopped }, other: { server: stopped } }));
    const err = await refused();
    expect(err).toContain('The kubeconfig has no current context.');
    expect(err).toContain('There are: one, other');
  });

  it('without the context that is named: which there are', async () => {
    await given({ one: { server: stopped }, other: { server: stopped } });
    const err = await refused('--context', 'another');
    expect(err).toContain('The kubeconfig has no context another.');
    expect(err).toContain('hint: The contexts there are: one, other');
  });
});

describe('a context', () => {
  it('for a platform that has none', async () => {
    const { code, out, err } = await lab('run', 'cache-hit', '--context', 'one');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('The platform local has no contexts.');
    expect(err).toContain('hint: Leave out --context, or use --platform kubernetes or minikube.');
  });

  describe('of a cluster that is not of this machine', () => {
    let touched: string;
    beforeEach(async () => {
      touched = path.join(bench.folder, 'touched');
      // Asked for before anything is sent.
      const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [touched] };
      await given({ production: { server: foreign, user: { exec } } });
    });
    afterEach(() => {
      expect(existsSync(touched)).toBe(false);
    });

    it('is not used unless it is named', async () => {
      const err = await refused();
      expect(err).toContain(`The current context is production (${foreign}), which is no cluster of this machine.`);
      expect(err).toContain('say so: --context production');
    });

    it.each(['clean', 'down'])('is left alone by %s, which says so', async (command) => {
      const { code, out, err } = await lab(command);
      expect({ code, out }).toEqual({ code: 0, out: 'nothing to remove\n' });
      expect(err).toMatch(/^the context production is no cluster of this machine, and is left alone .*production.*\n$/);
    });
  });
});

describe('a cluster that is stopped: how its kind is started', () => {
  const ways = [
    ['kind-tests', 'docker start tests-control-plane'],
    ['k3d-tests', 'k3d cluster start tests'],
    ['minikube', 'minikube start'],
    ['docker-desktop', 'Start Docker Desktop'],
    ['mine', 'or take another context: --context NAME'],
  ] as const;

  it.each(ways)('%s: %s', async (name, way) => {
    await given({ [name]: { server: stopped } });
    const err = await refused();
    expect(err).toContain(`is stopped: nothing answers at ${stopped}.`);
    expect(err).toContain(way);
  });

  it('minikube, by its profile', async () => {
    await given({ mine: { server: stopped }, tests: { server: stopped } });
    Object.assign(bench.env, { MINIKUBE_PROFILE: 'tests' });
    const { code, err } = await lab('run', 'cache-hit', '--platform', 'minikube');
    expect(code).toBe(4);
    expect(err).toContain(`tests is stopped: nothing answers at ${stopped}.`);
    expect(err).toContain('hint: Start it: minikube start --profile tests');
  });

  it('minikube, as it tells itself', async () => {
    const status = '{"Name":"tests","Host":"Stopped","Kubelet":"Stopped","APIServer":"Stopped","Kubeconfig":"Stopped"}';
    const programs = new ProgramFolder().add('minikube', `echo '${status}'; exit 7`);
    await given({ mine: { server: stopped } });
    Object.assign(bench.env, { MINIKUBE_PROFILE: 'tests', PATH: programs.folder });
    const { code, err } = await lab('run', 'cache-hit', '--platform', 'minikube');
    expect(code).toBe(4);
    expect(err).toContain(
      'error: The minikube cluster tests is stopped.\n  hint: Start it: minikube start --profile tests',
    );
  });

  it('one of several profiles of minikube, none of which is chosen', async () => {
    const list = '{"invalid":[],"valid":[{"Name":"one"},{"Name":"other"}]}';
    const script = `if [ "$2" = list ]; then echo '${list}'; else echo "* minikube"; fi`;
    await given({ one: { server: stopped }, other: { server: stopped } });
    Object.assign(bench.env, { PATH: new ProgramFolder().add('minikube', script).folder });
    const { code, err } = await lab('run', 'cache-hit', '--platform', 'minikube');
    expect(code).toBe(2);
    expect(err).toContain('error: There are several minikube profiles, and none is chosen: one, other.');
    expect(err).toMatch(/hint: Choose one: minikube profile NAME, .*--context NAME/);
    const clean = await lab('clean');
    expect(clean.code).toBe(0);
    expect(clean.err).toContain('none is chosen: one, other. They are left alone');
  });

  it('and clean has nothing to do there', async () => {
    await given({ mine: { server: stopped } });
    const { code, err } = await lab('clean');
    expect(code).toBe(0);
    expect(err).toBe('the cluster of the context mine does not answer, and is left alone\n');
    const named = await lab('clean', '--context', 'mine');
    expect(named.code).toBe(4);
    expect(named.err).toContain('is stopped');
  });
});

describe('a server', () => {
  /** What a run says where every request is answered like that. */
  async function answering(
    answer: (response: ServerResponse) => void,
    user: ContextSettings['user'] = { token: 'a-token' },
  ): Promise<string> {
    await using server = await serveSecurely((_, response) => answer(response));
    await given({ mine: { server: server.url, cluster: trusting, user } });
    return await refused();
  }
  const status =
    (code: number, text = '{}', type = 'application/json') =>
    (response: ServerResponse): void =>
      void response.writeHead(code, { 'content-type': type }).end(text);

  it('with a certificate that has expired', async () => {
    await using server = await serveExpired();
    await given({ mine: { server: server.url, cluster: { 'certificate-authority-data': base64(expired.cert) } } });
    const err = await refused();
    expect(err).toContain(`The certificate of the API server at ${server.url} has expired.`);
    expect(err).toContain('hint: Renew it');
  });

  it('with a certificate that is not trusted', async () => {
    await using server = await serveSecurely((_, response) => response.end('{}'));
    await given({ mine: { server: server.url } });
    const err = await refused();
    expect(err).toContain(
      `The certificate of the API server at ${server.url} is not the one that the context mine trusts`,
    );
    expect(err).toContain('get it again');
  });

  it('that does not take a client certificate which has expired: when that was', async () => {
    const user = { 'client-certificate-data': base64(expired.cert), 'client-key-data': base64(expired.key) };
    const err = await answering(status(401), user);
    expect(err).toContain(`The client certificate of the context mine has expired on ${expired.on}.`);
  });

  it('that does not know the user', async () => {
    const err = await answering(status(401));
    expect(err).toContain('does not know the user of the context mine: unauthorised.');
    expect(err).toContain('hint: Log in again');
    expect(err).not.toContain('a-token');
  });

  it('that lets the user see nothing', async () => {
    const err = await answering(status(403, JSON.stringify({ kind: 'Status', message: 'not for you' })));
    expect(err).toContain('lets this user see nothing: not for you.');
  });

  it.each([
    [404, 'not found', 'text/plain', 'it answers with status 404'],
    [302, '', 'text/html', 'it answers with status 302'],
    [200, '<html>hello</html>', 'text/html', 'it tells no version of Kubernetes'],
    [200, '{"hello": 1}', 'application/json', 'it tells no version of Kubernetes'],
  ])('that is no API server: %i "%s"', async (code, text, type, why) => {
    expect(await answering(status(code, text, type))).toContain(`is not a Kubernetes API server: ${why}.`);
  });

  it('that hangs up', async () => {
    expect(await answering(({ socket }) => socket?.destroy())).toContain('The context mine cannot be used: ');
  });

  it('that never answers', async () => {
    await using server = await serveSecurely(() => undefined);
    await given({ mine: { server: server.url, cluster: trusting } });
    // The one command that asks it once only.
    const { code, out, err } = await lab('doctor', 'kubernetes');
    expect(code).toBe(4);
    expect(err).not.toMatch(/^ {4}at /m);
    expect(out).toContain(`✗ cluster`);
    expect(out).toContain(`The API server of the context mine (${server.url}) gives no answer`);
  }, 90_000);
});
