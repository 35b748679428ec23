import {
  CoreV1Api,
  KubernetesObjectApi,
  type Middleware,
  ServerConfiguration,
  createConfiguration,
} from '@kubernetes/client-node';
import { z } from 'zod';
import { pause, unlessAborted, withTimeLimit } from '../../../machine/time-limit.ts';
import { LabError } from '../../../model/errors.ts';
import type { Answer } from '../../common/answer.ts';
import { ApiRequests } from './api-request.ts';
import { answerProblem, connectionProblem } from './connection-problem.ts';
import type { ClusterContext } from './context.ts';
import { isPassing, refusal, refusedWith } from './refusal.ts';

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

const versionSchema = z.object({ gitVersion: z.string() });

/** How long one answer may take: the client itself would wait for ever. */
const answerLimitMs = 30_000;
/** How long a server that restarts, or is overloaded, is asked again. */
const patienceMs = 15_000;
/** How long an API that is registered may take to be served. */
const servedPatienceMs = 5_000;

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
  const requests = new ApiRequests(context);
  const ask = async (limited: AbortSignal) => unlessAborted(requests.get('/version', limited), limited);
  try {
    const answer = await withTimeLimit(answerLimitMs, signal, ask);
    const version = versionIn(answer);
    if (version === undefined) throw answerProblem(context, answer);
    const objects = new KubernetesObjectApi(configuration);
    return { context, version, objects, core: new CoreV1Api(configuration), requests };
  } catch (error) {
    requests.close();
    signal.throwIfAborted();
    if (error instanceof LabError) throw error;
    throw (await context.explain(signal)) ?? connectionProblem(context, error);
  }
}

function versionIn({ status, body }: Answer): string | undefined {
  if (status !== 200) return undefined;
  try {
    return versionSchema.safeParse(JSON.parse(body)).data?.gitVersion.replace(/^v/, '');
  } catch {
    return undefined;
  }
}

/**
 * Asks the API server for what may be asked twice: a look, a removal. A server that hiccups is asked again for a while.
 * @throws {LabError} that begins with the sentence; the signal's reason where it is aborted
 */
export async function insist<T>(sentence: string, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
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

/** Asks until something is not there any more; content with what is not there to begin with. */
export async function insistOnRemoval(
  sentence: string,
  remove: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const forgiving = async (): Promise<void> => {
    await remove().catch((error: unknown) => {
      if (refusedWith(error) !== 404) throw error;
    });
  };
  await insist(sentence, forgiving, signal);
}

/** Asks the API server for a change. It is never broken off: nobody would know what came of it. */
export async function change<T>(sentence: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw refusal(sentence, error);
  }
}

/** Whether a cluster serves a version of an API, such as `autoscaling/v2`: never to be assumed. One that is down is not served. */
export async function serves({ requests }: Cluster, groupVersion: string, signal: AbortSignal): Promise<boolean> {
  const sentence = 'The API server does not say what it serves';
  const end = performance.now() + servedPatienceMs;
  const ask = async () =>
    withTimeLimit(answerLimitMs, signal, async (limited) => requests.get(`/apis/${groupVersion}`, limited));
  for (;;) {
    const { status } = await insist(sentence, ask, signal);
    if (status === 200) return true;
    const mayPass = status === 429 || status >= 500;
    if (!mayPass || performance.now() > end) return false;
    await pause(300, signal);
  }
}
