import {
  CoreV1Api,
  KubernetesObjectApi,
  type Middleware,
  ServerConfiguration,
  VersionApi,
  createConfiguration,
} from '@kubernetes/client-node';
import { ApiRequests } from './api-request.ts';
import { pause, unlessAborted } from '../common/time-limit.ts';
import { connectionProblem } from './connection-problem.ts';
import type { ClusterContext } from './context.ts';
import { isPassing, refusal } from './refusal.ts';

/** A cluster whose API server answers. */
export interface Cluster {
  readonly context: ClusterContext;
  /** Of the API server: `1.31.2`. */
  readonly version: string;
  /** Any kind of object, by its own description. */
  readonly objects: KubernetesObjectApi;
  readonly core: CoreV1Api;
  /** What is no object: logs, and what the server asks pods on the lab's behalf. */
  readonly requests: ApiRequests;
}

/** How long one answer may take: the client itself would wait for ever. */
const answerLimitMs = 30_000;
/** How long a server that restarts, or is overloaded, is asked again. */
const patienceMs = 15_000;

const inTime: Middleware = {
  pre: async (request) => {
    request.setSignal(AbortSignal.timeout(answerLimitMs));
    return Promise.resolve(request);
  },
  post: async (response) => Promise.resolve(response),
};

/**
 * Speaks to the API server of a context.
 * @throws {LabError} that says which of the usual reasons keeps it from answering, and the fix
 */
export async function openCluster(context: ClusterContext, signal: AbortSignal): Promise<Cluster> {
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(context.server, {}),
    authMethods: { default: context.config },
    promiseMiddleware: [inTime],
  });
  try {
    const version = await unlessAborted(new VersionApi(configuration).getCode(), signal);
    return {
      context,
      version: version.gitVersion.replace(/^v/, ''),
      objects: new KubernetesObjectApi(configuration),
      core: new CoreV1Api(configuration),
      requests: new ApiRequests(context),
    };
  } catch (error) {
    signal.throwIfAborted();
    throw connectionProblem(context, error);
  }
}

/**
 * Asks the API server for what changes nothing. A server that hiccups is asked again for a while.
 * @throws {LabError} that begins with the sentence; the signal's reason where it is aborted
 */
export async function look<T>(sentence: string, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await unlessAborted(ask(), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || performance.now() > end) throw refusal(sentence, error);
    }
    await pause(300, signal);
  }
}

/** Asks the API server for a change. It is never broken off: nobody would know what came of it. */
export async function change<T>(sentence: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw refusal(sentence, error);
  }
}

/** Whether a cluster serves a version of an API, such as `autoscaling/v1`: never to be assumed. */
export async function serves({ requests }: Cluster, groupVersion: string, signal: AbortSignal): Promise<boolean> {
  const path = `/apis/${groupVersion}`;
  const { status } = await look('The API server does not say what it serves', () => requests.get(path, signal), signal);
  return status === 200;
}
