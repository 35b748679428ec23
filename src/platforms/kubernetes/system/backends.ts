import type { V1Pod } from '@kubernetes/client-node';
import { together } from '../../../machine/together.ts';
import { step, type OnStep } from '../../../model/steps.ts';
import { foundationManifests } from '../manifests/foundation.ts';
import { isReady } from '../pods/pod-state.ts';
import { podLog } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';

const saysPostgres = / starting PostgreSQL (?<version>\d+(\.\d+)*)/;
const saysRedis = /Redis version=(?<version>\d+(\.\d+)*)/;

/** Versions of what runs, by name. */
type Versions = Readonly<Record<string, string>>;

/** Starts the database and, where it is used, the cache, and waits until they are ready. Returns their versions. */
export async function startBackends(run: RunNamespace, onStep: OnStep, signal: AbortSignal): Promise<Versions> {
  const { passwords } = run.names;
  await run.create(foundationManifests(run.names), signal);
  const [postgresql, redis] = await together(signal, (limited) => [
    step(onStep, 'PostgreSQL starts', () => started(run, 'postgres', 'PostgreSQL', saysPostgres, limited)),
    passwords.redis === undefined
      ? Promise.resolve(undefined)
      : step(onStep, 'Redis starts', () => started(run, 'redis', 'Redis', saysRedis, limited)),
  ]);
  return { postgresql, ...(redis === undefined ? {} : { redis }) };
}

/** Waits for a backend, and reads its version from what it said as it started. */
async function started(
  run: RunNamespace,
  deployment: string,
  title: string,
  saysVersion: RegExp,
  signal: AbortSignal,
): Promise<string> {
  const [pod] = await run.until({ deployment }, title, isOneReady, signal);
  const log = pod === undefined ? '' : await podLog(run.cluster, run.name, pod, signal);
  return saysVersion.exec(log)?.groups?.version ?? 'unknown';
}

function isOneReady(pods: readonly V1Pod[]): boolean {
  return pods.length === 1 && pods.every(isReady);
}
