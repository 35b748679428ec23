import { V1Pod } from '@kubernetes/client-node';
import Docker from 'dockerode';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProgramFolder } from '../../../test/fakes/program-folder.ts';
import { scenarioFile } from '../../../test/fakes/scenario.ts';
import { readLoad, type LoadSession } from '../../load/load-session.ts';
import { printedVersion } from '../../machine/executable.ts';
import { isLeftOver } from '../../machine/owner.ts';
import { runProgram } from '../../machine/program.ts';
import { TimeLimit, pause, settlesWithin, unlessAborted, withTimeLimit } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import { planOf } from '../../scenarios/planning/expand.ts';
import { tryTargets } from '../../session/first-try.ts';
import { ActSchedule } from '../../session/act-schedule.ts';
import { UsageWatch } from '../../telemetry/usage.ts';
import { serve, type TestServer } from '../../worker/testing/servers.ts';
import { Container } from '../docker/container.ts';
import { removeRuns } from '../docker/leftovers.ts';
import { findImage } from '../engine/base-images.ts';
import { type Engine, openEngine } from '../engine/engine.ts';
import { listLabelled } from '../engine/image-list.ts';
import { insist, serves } from '../kubernetes/cluster/cluster.ts';
import { chooseContext } from '../kubernetes/cluster/context.ts';
import { listPods, podLog } from '../kubernetes/pods/pods.ts';
import { openScriptedCluster, type ScriptedCluster } from '../kubernetes/testing/api-server.ts';
import { localRequirements } from '../local/requirements.ts';
import type { Deployment } from '../platform.ts';
import { ask, untilReady } from './answer.ts';
import { blaming, whileAnyRuns } from './deaths.ts';
import { findPrograms } from './programs.ts';
import { untilDone, untilSign, type Watched } from './readiness.ts';
import { scrapeCopy } from './scrape.ts';

const day = 86_400_000;
const forever = new Promise<never>(() => undefined);

/** A service that neither ends nor becomes ready. */
const service: Watched = {
  ended: forever,
  end: undefined,
  failure: async () => Promise.resolve(new LabError('It failed.')),
};

/** Takes every question, and answers none. */
let silent: TestServer;
let engine: Engine;
let cluster: ScriptedCluster;

beforeAll(async () => {
  silent = await serve(() => undefined);
  const docker = new Docker({ host: '127.0.0.1', port: new URL(silent.url).port });
  const address = { name: silent.url, options: {}, isHere: false };
  engine = { docker, address, version: '29', api: '1.56', cores: 1, limits: { cpu: true, memory: true } };
  cluster = await openScriptedCluster(() => undefined);
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await silent[Symbol.asyncDispose]();
});

/** A worker that says nothing. */
function session(): LoadSession {
  return {
    worker: { ended: forever, end: undefined, log: async () => Promise.resolve('') },
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    job: {
      urls: [],
      load: { kind: 'burst', size: 1, times: 1, everyMs: 0, timeoutMs: 1 },
      workload: { requests: [], keys: {} },
      seed: 1,
      share: { index: 0, of: 1 },
    },
  };
}

async function drained(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source) expect.unreachable();
}

/** A deployment that never says what it uses, nor ends an act. */
const deployment: Deployment = {
  urls: [],
  address: undefined,
  scrape: async () => forever,
  usage: async (signal) => unlessAborted(forever, signal),
  act: async (_act, signal) => unlessAborted(forever, signal),
  generate: () => readLoad([], new AbortController().signal),
};

/** A program that sleeps, whatever it is asked. */
function sleeper(name: string): ProgramFolder {
  return new ProgramFolder().add(name, 'exec sleep 600');
}

const container = (): Container =>
  new Container(engine.docker.getContainer('x'), {
    service: 'x',
    copy: 'x',
    title: 'X',
    image: 'x',
    command: [],
    environment: {},
  });

type Wait = (signal: AbortSignal) => Promise<unknown>;

/** Everything here would wait for a minute at least, and most of it for ever. */
const waits: Readonly<Record<string, Wait>> = {
  'a pause': async (signal) => pause(day, signal),
  'something that cannot be told to stop': async (signal) => unlessAborted(forever, signal),
  'a task that heeds no signal': async (signal) => withTimeLimit(day, signal, async () => forever),
  'tasks at the same time': async (signal) => together(signal, (limited) => [pause(day, limited), pause(day, limited)]),
  'a sign of readiness': async (signal) => untilSign(service, async () => forever, signal, day),
  'a server that does not become ready': async (signal) =>
    untilSign(service, async (limited) => untilReady(silent.url, limited), signal, day),
  'a program of a run': async (signal) => untilDone(service, signal, day),
  'an answer': async (signal) => ask(silent.url, signal),
  'the metrics of a replica': async (signal) => scrapeCopy('app-1', silent.url, { path: '/metrics' }, signal),
  'something that only replicas bring about': async (signal) =>
    whileAnyRuns([{ service: 'app', copy: 'app-1', handle: service }], signal, async (limited) =>
      unlessAborted(forever, limited),
    ),
  'work that needs a service': async (signal) =>
    blaming([{ service: 'redis', copy: 'redis', handle: service }], signal, async () => unlessAborted(forever, signal)),
  'the messages of a load worker': async (signal) => drained(readLoad([session(), session()], signal, day)),
  'a program': async (signal) => {
    const { folder, environment } = sleeper('sleeps');
    return runProgram(`${folder}/sleeps`, [], { environment }, signal);
  },
  'the version of a program': async (signal) => {
    const { folder } = sleeper('sleeps');
    return printedVersion(`${folder}/sleeps`, '-v', signal).catch(() => signal.throwIfAborted());
  },
  'what the platform local needs': async (signal) => {
    const { environment } = sleeper('nginx');
    return localRequirements({ environment, temporaryFolder: '/tmp', programs: findPrograms() }, signal);
  },
  'a target that says nothing': async (signal) => {
    const target = { question: 'Q?', workload: ['GET /'], target: { url: silent.url } };
    return tryTargets(
      planOf(scenarioFile({ scenarios: { mine: target } }), ['mine'], {}, 1),
      { environment: {}, addresses: new Map([[silent.url, ['127.0.0.1']]]) },
      signal,
    );
  },
  'an act': async (signal) => {
    const act = { kind: 'flush', name: 'flush-redis', service: 'redis', atMs: 0 } as const;
    await using acts = new ActSchedule(deployment, [act], signal);
    acts.start();
    await acts.end();
  },
  'an Engine that hangs, when it is looked for': async (signal) =>
    openEngine({ DOCKER_HOST: silent.url.replace('http', 'tcp') }, signal),
  'an Engine that hangs, when it is asked for an image': async (signal) => findImage(engine, 'node', signal),
  'an Engine that hangs, when it is asked for images': async (signal) => listLabelled(engine.docker, [], signal),
  'an Engine that hangs, when it is asked for leftovers': async (signal) =>
    removeRuns(engine, 'here', isLeftOver, signal),
  'an Engine that hangs, when it is to run something': async (signal) => container().execute(['true'], signal),
  'an Engine that hangs, when it is asked for figures': async (signal) => container().followStats(signal),
  'an API server that hangs': async (signal) =>
    listPods({ cluster: cluster.cluster, namespace: 'x', labels: {} }, signal),
  'an API server that hangs, when it is asked what it serves': async (signal) =>
    serves(cluster.cluster, 'a/v1', signal),
  'an API server that cannot answer now': async (signal) =>
    insist('It cannot', async () => Promise.reject(new TimeLimit(1)), signal),
  'minikube, which says nothing': async (signal) => {
    const { environment } = sleeper('minikube');
    return chooseContext({ platform: 'minikube', environment }, signal);
  },
};

describe.each(Object.entries(waits))('%s', (_, wait) => {
  it('is not waited for once the signal has been given', async () => {
    const reason = new Error('enough');
    await expect(wait(AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('is not waited for any more when the signal is given', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const waited = wait(controller.signal);
    setTimeout(() => controller.abort(reason), 20);
    await expect(waited).rejects.toBe(reason);
  });
});

describe('what is waited for as long as there is interest in it', () => {
  it('did not settle where the signal is given', async () => {
    expect(await settlesWithin(day, forever, AbortSignal.abort())).toBe(false);
    const controller = new AbortController();
    const settled = settlesWithin(day, forever, controller.signal);
    controller.abort();
    expect(await settled).toBe(false);
  });

  it('is an empty log where the signal is given', async () => {
    const pod = Object.assign(new V1Pod(), { metadata: { name: 'x' } });
    expect(await podLog(cluster.cluster, 'x', pod, AbortSignal.abort())).toBe('');
  });

  it('is the usage that is known where the signal is given', async () => {
    const controller = new AbortController();
    const usage = new UsageWatch(deployment, controller.signal);
    usage.start();
    controller.abort();
    expect(await usage.stop(controller.signal)).toMatchObject({ resources: [] });
  });
});
