// Records what the API server says of pods while they start, end, are restarted and are removed: a watch on a real cluster.
// KUBECONFIG=… SCALE_LAB_NODE_IMAGE=… node scripts/run-typescript.mjs scripts/record-pods.ts
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  type V1Container,
  type V1ContainerState,
  type V1Pod,
  type V1PodCondition,
  type V1PodSpec,
  VersionApi,
  Watch,
} from '@kubernetes/client-node';
import type { Manifest, Plain } from '../src/platforms/kubernetes/manifests/plain.ts';

const file = 'src/platforms/kubernetes/testing/recorded-pods.json';
const image = process.env.SCALE_LAB_NODE_IMAGE ?? 'node:22-slim';
const limitMs = 120_000;
/** What is said after the end is a part of it. */
const lingerMs = 4_000;

/** Those that the lab reads. */
const conditionsRead = ['PodScheduled', 'Ready'];

const config = new KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(CoreV1Api);
const objects = KubernetesObjectApi.makeApiClient(config);
const { gitVersion } = await config.makeApiClient(VersionApi).getCode();

/** A life of a pod: what it runs, what is done to it, and when enough was seen. */
interface Life {
  readonly container?: Partial<Plain<V1Container>>;
  readonly spec?: Partial<Plain<V1PodSpec>>;
  /** Deletes it once its program runs, with this time of grace. */
  readonly deletedWithGraceSeconds?: number;
  readonly isOver: (pod: Plain<V1Pod>) => boolean;
}

const program = (code: string): Partial<Plain<V1Container>> => ({ command: ['node', '-e', code] });
const stays = 'setInterval(() => {}, 1000);';
const onTerm = "process.on('SIGTERM', () => process.exit(0));";
const job: Partial<Plain<V1PodSpec>> = { restartPolicy: 'Never' };
const untilGone = (): boolean => false;
const restarted = ({ status }: Plain<V1Pod>): boolean => (status?.containerStatuses?.[0]?.restartCount ?? 0) > 0;
const isRunning = ({ status }: Plain<V1Pod>): boolean => status?.containerStatuses?.[0]?.state?.running !== undefined;
const waitsFor =
  (...reasons: readonly string[]) =>
  ({ status }: Plain<V1Pod>): boolean =>
    reasons.includes(status?.containerStatuses?.[0]?.state?.waiting?.reason ?? '');
const hasPhase =
  (...phases: readonly string[]) =>
  ({ status }: Plain<V1Pod>): boolean =>
    phases.includes(status?.phase ?? '');
const isOverOrFailed = hasPhase('Succeeded', 'Failed');

const lives: Readonly<Record<string, Life>> = {
  'a program that is to end, and ends well': { container: program('0'), spec: job, isOver: isOverOrFailed },
  'a program that is to end, and fails': { container: program('process.exit(2)'), spec: job, isOver: isOverOrFailed },
  'a program that is to end, and takes longer than its pod may': {
    container: program(onTerm + stays),
    spec: { ...job, activeDeadlineSeconds: 2 },
    isOver: isOverOrFailed,
  },
  'a program that is to end, deleted while it runs': {
    container: program(onTerm + stays),
    spec: job,
    deletedWithGraceSeconds: 5,
    isOver: untilGone,
  },
  'a server that is deleted, and ends when it is asked to': {
    container: program(onTerm + stays),
    deletedWithGraceSeconds: 5,
    isOver: untilGone,
  },
  'a server that is deleted, and does not end until it is killed': {
    container: program(`process.on('SIGTERM', () => {});${stays}`),
    deletedWithGraceSeconds: 1,
    isOver: untilGone,
  },
  'a server that is deleted without grace': {
    container: program(stays),
    deletedWithGraceSeconds: 0,
    isOver: untilGone,
  },
  'a server that becomes ready': {
    container: {
      ...program("setTimeout(() => require('node:http').createServer((_, answer) => answer.end()).listen(8080), 1500)"),
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    },
    isOver: ({ status }) => status?.containerStatuses?.[0]?.ready === true,
  },
  'a server that ends by itself, well': {
    container: program('setTimeout(() => process.exit(0), 1500)'),
    isOver: waitsFor('CrashLoopBackOff'),
  },
  'a server that ends again and again': { container: program('process.exit(3)'), isOver: waitsFor('CrashLoopBackOff') },
  'a server that is killed once, and was started anew': {
    container: {
      ...program(`const fs = require('node:fs');
        if (!fs.existsSync('/kept/was')) { fs.writeFileSync('/kept/was', ''); process.exit(137); } ${stays}`),
      volumeMounts: [{ name: 'kept', mountPath: '/kept' }],
    },
    spec: { volumes: [{ name: 'kept', emptyDir: {} }] },
    isOver: (pod) => restarted(pod) && isRunning(pod),
  },
  'a server at its memory limit': {
    container: {
      ...program('const all = []; setInterval(() => all.push(Buffer.alloc(16e6, 1)), 10)'),
      resources: { limits: { memory: '96Mi' } },
    },
    isOver: waitsFor('CrashLoopBackOff'),
  },
  'a server that does not pass its liveness probe': {
    container: {
      ...program(onTerm + stays),
      livenessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 1 },
    },
    isOver: restarted,
  },
  'a server that writes more than its pod may': {
    container: {
      ...program(`require('node:fs').writeFileSync('/kept/much', Buffer.alloc(8e6, 1)); ${onTerm}${stays}`),
      volumeMounts: [{ name: 'kept', mountPath: '/kept' }],
    },
    spec: { volumes: [{ name: 'kept', emptyDir: { sizeLimit: '1Mi' } }] },
    isOver: isOverOrFailed,
  },
  'a command that does not exist': { container: { command: ['/nowhere'] }, isOver: waitsFor('CrashLoopBackOff') },
  'a secret that does not exist': {
    container: { ...program(stays), envFrom: [{ secretRef: { name: 'nowhere' } }] },
    isOver: waitsFor('CreateContainerConfigError'),
  },
  'an image that is not there': {
    container: { image: '127.0.0.1:1/nowhere:1' },
    isOver: waitsFor('ImagePullBackOff'),
  },
  'an image that may not be fetched': {
    container: { image: '127.0.0.1:1/nowhere:1', imagePullPolicy: 'Never' },
    isOver: waitsFor('ErrImageNeverPull'),
  },
  'more than any node has': {
    container: { ...program(stays), resources: { requests: { cpu: '900' } } },
    isOver: ({ status }) => status?.conditions?.some(({ reason }) => reason === 'Unschedulable') === true,
  },
};

/** What is read of a pod, and nothing that says where it ran. */
function whatMatters({ metadata, spec, status }: Plain<V1Pod>): Plain<V1Pod> {
  const { phase, reason, message, conditions = [], containerStatuses } = status ?? {};
  return {
    metadata: { name: 'app-1', deletionTimestamp: metadata?.deletionTimestamp },
    spec: { restartPolicy: spec?.restartPolicy, containers: [] },
    status: {
      ...{ phase, reason, message },
      conditions: conditions.filter(({ type }) => conditionsRead.includes(type)).map(plainCondition),
      containerStatuses: containerStatuses?.map(({ ready, restartCount, state, lastState }) => ({
        ...{ name: 'app', image: 'scale-lab:1', imageID: '', ready, restartCount },
        state: withoutId(state),
        lastState: withoutId(lastState),
      })),
    },
  };
}

function plainCondition({ type, status, reason, message }: Plain<V1PodCondition>): Plain<V1PodCondition> {
  return { type, status, reason, message };
}

function withoutId(state: Plain<V1ContainerState> | undefined): Plain<V1ContainerState> {
  const { running, terminated, waiting } = state ?? {};
  return { running, waiting, terminated: terminated && { ...terminated, containerID: undefined } };
}

async function record(
  namespace: string,
  [title, life]: [string, Life],
  index: number,
): Promise<[string, Plain<V1Pod>[]]> {
  const name = `life-${index}`;
  const seen: Plain<V1Pod>[] = [];
  let begin = (): void => undefined;
  const ran = new Promise<void>((resolve) => (begin = resolve));
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const watching = await new Watch(config).watch(
    `/api/v1/namespaces/${namespace}/pods`,
    { fieldSelector: `metadata.name=${name}` },
    (type: string, pod: Plain<V1Pod>) => {
      if (type === 'DELETED') {
        end();
        return;
      }
      const told = whatMatters(pod);
      if (JSON.stringify(told) !== JSON.stringify(seen.at(-1))) seen.push(told);
      if (isRunning(pod)) begin();
      if (life.isOver(pod)) end();
    },
    () => end(),
  );
  const container: Plain<V1Container> = { name: 'app', image, imagePullPolicy: 'IfNotPresent', ...life.container };
  const spec: Plain<V1PodSpec> = { terminationGracePeriodSeconds: 2, ...life.spec, containers: [container] };
  const pod: Plain<V1Pod> = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec };
  await objects.create(pod);
  if (life.deletedWithGraceSeconds !== undefined) {
    await ran;
    await pause(500);
    await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: life.deletedWithGraceSeconds });
  }
  const late = new AbortController();
  await Promise.race([over, pause(limitMs, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
  await pause(lingerMs);
  watching.abort();
  process.stdout.write(`${title}: ${seen.length} states\n`);
  return [title, seen];
}

const namespace = `scale-lab-record-${process.pid}`;
const ofNamespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
await objects.create(ofNamespace);
try {
  const recorded = await Promise.all(Object.entries(lives).map(async (life, index) => record(namespace, life, index)));
  writeFileSync(file, `${JSON.stringify({ kubernetes: gitVersion, lives: Object.fromEntries(recorded) }, null, 1)}\n`);
} finally {
  await objects.delete(ofNamespace);
}
