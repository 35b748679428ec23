import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  KubeConfig,
  type V1ClusterRoleBinding,
  type V1PolicyRule,
  type V1Secret,
  type V1ServiceAccount,
} from '@kubernetes/client-node';
import { vi } from 'vitest';
import type { Cluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import type { Plain } from '../../src/platforms/kubernetes/manifests/plain.ts';

/** Somebody who may do what a role says, and nothing else, for the length of a test. */
export interface ClusterUser extends AsyncDisposable {
  /** A file with one context, which is theirs. */
  readonly kubeconfig: string;
}

const rbac = 'rbac.authorization.k8s.io';

/** Makes a user of a cluster with a role of their own; what they are made of goes with them. */
export async function userWith(cluster: Cluster, name: string, rules: readonly Plain<V1PolicyRule>[]) {
  const { objects, core } = cluster;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  const role = { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name } };
  const account: Plain<V1ServiceAccount> = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'user', namespace: name },
  };
  const binding: Plain<V1ClusterRoleBinding> = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: 'user', namespace: name }],
  };
  // Newer clusters make none by themselves.
  const token: Plain<V1Secret> = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token', namespace: name, annotations: { 'kubernetes.io/service-account.name': 'user' } },
    type: 'kubernetes.io/service-account-token',
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'cluster-user-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  const user: ClusterUser = {
    kubeconfig,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
      await Promise.allSettled([binding, role, namespace].map((object) => objects.delete(object)));
    },
  };
  try {
    for (const object of [namespace, account, token, { ...role, rules }, binding]) await objects.create(object);
    const given = await vi.waitFor(
      async () => tokenIn(await core.readNamespacedSecret({ name: 'token', namespace: name })),
      60_000,
    );
    const config = new KubeConfig();
    const server = cluster.context.config.getCurrentCluster();
    if (server === null) throw new Error('the context of these tests names no cluster');
    config.loadFromClusterAndUser(server, { name, token: given });
    writeFileSync(kubeconfig, config.exportConfig());
    return user;
  } catch (error) {
    await user[Symbol.asyncDispose]();
    throw error;
  }
}

function tokenIn({ data }: V1Secret): string {
  const token = data?.token;
  if (token === undefined) throw new Error('the account has no token yet');
  return Buffer.from(token, 'base64').toString();
}
