import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { TimeLimit } from '../../../machine/time-limit.ts';
import { answerProblem, connectionProblem } from './connection-problem.ts';
import type { ClusterContext } from './context.ts';

function context(change: Partial<ClusterContext> = {}): ClusterContext {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'lab', server: 'https://127.0.0.1:6443', skipTLSVerify: false },
    { name: 'me', token: 'secret' },
  );
  const usual = { name: 'lab', server: 'https://127.0.0.1:6443', clusterName: 'lab', isLocal: true, isNamed: false };
  const explain = async () => Promise.resolve(undefined);
  return { ...usual, flavour: 'other', config, explain, ...change };
}
const coded = (code: string) => Object.assign(new Error(`failed, ${code}`), { code });
const told = (cause: unknown, of = context()): string => {
  const { message, hint, exitCode } = connectionProblem(of, cause);
  expect(exitCode).toBe(4);
  return `${message} | ${String(hint)}`;
};

describe('a cluster that does not answer', () => {
  test.each([
    [context({ flavour: 'minikube', name: 'minikube' }), 'minikube is stopped', 'minikube start'],
    [context({ flavour: 'kind', name: 'kind-a', clusterName: 'a' }), 'is stopped', 'docker start a-control-plane'],
    [context({ flavour: 'k3d', name: 'k3d-a', clusterName: 'a' }), 'is stopped', 'k3d cluster start a'],
    [context({ flavour: 'docker-desktop' }), 'is stopped', 'Docker Desktop'],
    [context(), 'is stopped', '--context NAME'],
  ])('is told how to be started', (of, sentence, hint) => {
    expect(told(coded('ECONNREFUSED'), of)).toContain(sentence);
    expect(told(coded('ECONNREFUSED'), of)).toContain(hint);
  });

  test.each([
    [coded('ENOTFOUND'), 'cannot be reached at https://127.0.0.1:6443', 'Check the network'],
    [coded('CERT_HAS_EXPIRED'), 'The certificate of the API server at https://127.0.0.1:6443 has expired', 'Renew it'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'is not the one that the context lab trusts', 'get it again'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'is not the one that the context lab trusts', 'get it again'],
    [new TimeLimit(30_000), 'gives no answer', '--context'],
    [new Error('exec: no such plugin'), 'cannot be used: exec: no such plugin', 'kubectl --context lab'],
  ])('%s', (cause, sentence, hint) => {
    expect(told(cause)).toContain(sentence);
    expect(told(cause)).toContain(hint);
  });
});

describe('an answer that is of no use', () => {
  test.each([
    [401, '', 'does not know the user of the context lab', 'Log in again'],
    [403, '{"message":"no."}', 'lets this user see nothing: no.', 'docs/kubernetes.md'],
    [404, '', 'is not a Kubernetes API server: it answers with status 404', 'cluster-info'],
    [200, '<html>', 'is not a Kubernetes API server: it tells no version', 'cluster-info'],
  ])('%i', (status, body, sentence, hint) => {
    const problem = answerProblem(context(), { status, body });
    expect(problem.message).toContain(sentence);
    expect(problem.hint).toContain(hint);
    expect(problem.exitCode).toBe(4);
  });
});
