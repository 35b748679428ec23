import { describe, expect, it } from 'vitest';
import { LabError, UsageError } from '../model/errors.ts';
import type { HostedTopology, Topology } from '../model/plan.ts';
import type { BesideMetrics, ReplicaMetrics, ServiceUsage } from '../model/running-system.ts';
import type { Destination, LoadJob, WorkerMessage } from '../worker/protocol.ts';
import { Recorder } from '../worker/recording/recorder.ts';
import { RequestMix } from '../worker/requests/request-mix.ts';
import { closedLoad, loadJob, oneRequest } from '../worker/testing/jobs.ts';
import type { Death, Deployment, Platform, Stack } from './platform.ts';
import { withVariables } from './with-variables.ts';

const environment = { TOKEN: 's3cret', BASE: 'http://10.0.0.7:80/api/', TAG: '1.4.2' };
const { signal } = new AbortController();

/** Has private parts, as those of the platforms have. */
class Recording implements Stack, Deployment {
  readonly versions = {};
  readonly address = undefined;
  readonly #urls: Destination[] = [];
  readonly deployed: (Topology | HostedTopology)[] = [];
  readonly jobs: LoadJob[] = [];
  messages: readonly WorkerMessage[] = [];
  problem: Error | undefined;

  get urls(): readonly Destination[] {
    return this.#urls;
  }

  async deploy(topology: Topology | HostedTopology): Promise<Deployment> {
    this.deployed.push(topology);
    if (this.problem) throw this.problem;
    return Promise.resolve(this);
  }

  reach(url: string, ips: readonly string[]): Deployment {
    this.#urls.push(...ips.map((ip) => ({ url, ip })));
    return this;
  }

  async scrape(): Promise<readonly ReplicaMetrics[]> {
    const problem = this.problem?.message;
    return Promise.resolve(problem === undefined ? [] : [{ replica: 'target-1', problem, ended: true }]);
  }

  async scrapeBeside(): Promise<readonly BesideMetrics[]> {
    const [told] = await this.scrape();
    return told === undefined ? [] : [{ ...told, replica: 'prices-1', service: 'prices' }];
  }

  async deaths(): Promise<readonly Death[]> {
    const { problem } = this;
    const dead = { service: 'target', copy: 'target-1', isFatal: true };
    return Promise.resolve(problem instanceof LabError ? [{ ...dead, error: problem }] : []);
  }

  async usage(): Promise<readonly ServiceUsage[]> {
    const sizes = {
      cpuSeconds: 1,
      cpuLimit: undefined,
      throttledSeconds: 0,
      memoryBytes: 1,
      memoryLimitBytes: undefined,
    };
    const ended = this.problem?.message;
    return Promise.resolve([
      { service: 'target', copy: 'target-1', role: 'tested', ...sizes, restarts: 0, outOfMemory: false, ended },
    ]);
  }

  async act(): Promise<void> {
    return Promise.resolve(this.problem).then((problem) => {
      if (problem) throw problem;
    });
  }

  async *generate(jobs: readonly LoadJob[]): AsyncIterable<WorkerMessage> {
    this.jobs.push(...jobs);
    for (const message of await Promise.resolve(this.messages)) yield message;
    if (this.problem) throw this.problem;
  }

  release(): void {
    this.#urls.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    return Promise.resolve();
  }
}

async function filling(recording: Recording): Promise<Stack> {
  const platform: Platform = {
    name: 'local',
    enforcesLimits: false,
    reachesUrls: true,
    hosts: ['command', 'image'],
    acts: [],
    orchestrates: false,
    requirements: async () => Promise.resolve([]),
    up: async () => Promise.resolve(recording),
    clean: async () => Promise.resolve([]),
    down: async () => Promise.resolve([]),
  };
  return withVariables(platform, environment).up({ stores: [], runId: 'r', signal, onStep: () => undefined });
}

const hosted = {
  environment: { KEY: 'k-${TOKEN}', LITERAL: '$${TOKEN}' },
  readyPath: undefined,
  readyLimitMs: 1000,
  metricsPath: undefined,
  counters: {},
  balancer: undefined,
  limits: { cpu: undefined, memoryBytes: undefined },
  replicas: 1,
} as const;

describe('a platform with variables', () => {
  it('reaches the address that is meant', async () => {
    const recording = new Recording();
    const deployment = (await filling(recording)).reach('${BASE}', ['10.0.0.7']);
    expect(deployment.urls).toEqual([{ url: 'http://10.0.0.7/api', ip: '10.0.0.7' }]);
  });

  it('starts servers beside what is tested with what their variables mean', async () => {
    const recording = new Recording();
    const stack = await filling(recording);
    const prices = { ...hosted, kind: 'image', image: 'prices:${TAG}', args: ['--t=${TOKEN}'], port: 80 } as const;
    const services = [{ ...prices, name: 'prices', variable: 'PRICES_URL' }];
    await stack.deploy({ kind: 'command', command: 'serve', folder: '/', port: 80, ...hosted, services }, signal);
    const filled = { image: 'prices:1.4.2', args: ['--t=s3cret'], environment: { KEY: 'k-s3cret' } };
    expect(recording.deployed).toMatchObject([{ command: 'serve', services: [filled] }]);
  });

  it('starts servers with what their variables mean, and leaves a command line to its shell', async () => {
    const recording = new Recording();
    const stack = await filling(recording);
    await stack.deploy({ kind: 'image', image: 'shop:${TAG}', args: ['--t=${TOKEN}'], port: 80, ...hosted }, signal);
    await stack.deploy({ kind: 'command', command: 'serve "${TOKEN}"', folder: '/', port: 80, ...hosted }, signal);
    expect(recording.deployed).toMatchObject([
      { image: 'shop:1.4.2', args: ['--t=s3cret'], environment: { KEY: 'k-s3cret', LITERAL: '${TOKEN}' } },
      { command: 'serve "${TOKEN}"', environment: { KEY: 'k-s3cret' } },
    ]);
  });

  it('gives each load worker the values that its workload names, and no others', async () => {
    const recording = new Recording();
    const workload = oneRequest({ headers: { authorization: 'Bearer ${TOKEN}', x: '${NONE:-1}' } });
    const job = loadJob({ urls: ['http://a'], load: closedLoad(), workload });
    const deployment = (await filling(recording)).reach('http://a', ['10.0.0.7']);
    for await (const message of deployment.generate([job, job], signal)) expect.fail(message.type);
    expect(recording.jobs).toEqual([1, 2].map(() => ({ ...job, variables: { TOKEN: 's3cret' } })));
  });

  it('takes values out of what a load worker says', async () => {
    const recording = new Recording();
    recording.messages = [{ type: 'failed', message: 'no s3cret here' }];
    const workload = oneRequest({ path: '/${TOKEN}' });
    const deployment = (await filling(recording)).reach('http://a', ['10.0.0.7']);
    const messages: WorkerMessage[] = [];
    const job = loadJob({ urls: [], load: closedLoad(), workload });
    for await (const message of deployment.generate([job], signal)) messages.push(message);
    expect(messages).toEqual([{ type: 'failed', message: 'no ${TOKEN} here' }]);
  });

  it('takes values out of answers, and leaves the lab its names of requests', async () => {
    const recording = new Recording();
    const recorder = new Recorder({
      phase: 'measuring',
      requests: ['GET /s3cretaries'],
      startMs: 0,
      durationMs: 10,
      emit: () => undefined,
    });
    const workload = oneRequest({ path: '/s3cretaries', headers: { authorization: '${TOKEN}' } });
    const request = new RequestMix(workload, 1).draw();
    const sample = { bytes: Buffer.from('s3cret expired'), encoding: undefined };
    recorder.sent(0);
    recorder.answered(1, { sentAtMs: 0, status: 200, bytes: 1, request });
    recorder.sent(1);
    recorder.answered(2, { sentAtMs: 1, status: 403, bytes: 1, request, fault: 'status-4xx', sample });
    const idle = { cpuRatio: 0, eventLoopUtilisation: 0, lagP99Us: 0, longestPauseUs: 0, pauseEndedAtMs: 0 };
    recording.messages = [{ type: 'result', result: recorder.finish(10, idle) }];
    const deployment = (await filling(recording)).reach('http://a', ['10.0.0.7']);
    const messages: WorkerMessage[] = [];
    const job = loadJob({ urls: [], load: closedLoad(), workload });
    for await (const message of deployment.generate([job], signal)) messages.push(message);
    const name = 'GET /s3cretaries';
    const slowest = [{ request: name }];
    const causes = [{ request: name, body: '${TOKEN} expired' }];
    expect(messages).toMatchObject([{ result: { byRequest: [{ request: name }], slowest, causes } }]);
  });

  it('takes values out of errors and the ends of logs, also where a shell filled them in', async () => {
    const recording = new Recording();
    const stack = await filling(recording);
    recording.problem = new UsageError('s3cret is wrong', { hint: 'not s3cret', details: ['token=s3cret'] });
    const command = { kind: 'command', command: 'serve ${TOKEN}', folder: '/', port: 80, ...hosted } as const;
    const error = await stack.deploy({ ...command, environment: {} }, signal).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: '${TOKEN} is wrong', hint: 'not ${TOKEN}', details: ['token=${TOKEN}'] });
  });

  it('takes values out of all that is told of servers that run, or have died', async () => {
    const recording = new Recording();
    const command = { kind: 'command', command: 'serve', folder: '/', port: 80, ...hosted } as const;
    const deployment = await (await filling(recording)).deploy(command, signal);
    recording.problem = new LabError('target-1 could not start s3cret', { details: ['url=postgres://u:s3cret@db'] });
    const told = { message: 'target-1 could not start ${TOKEN}', details: ['url=postgres://u:${TOKEN}@db'] };
    expect(await deployment.deaths?.(signal)).toMatchObject([
      { service: 'target', copy: 'target-1', isFatal: true, error: told },
    ]);
    expect(await deployment.scrape(signal)).toMatchObject([{ problem: told.message }]);
    expect(await deployment.scrapeBeside?.(signal)).toMatchObject([{ service: 'prices', problem: told.message }]);
    expect(await deployment.usage?.(signal)).toMatchObject([{ cpuSeconds: 1, ended: told.message }]);
    await expect(
      deployment.act?.({ kind: 'flush', name: 'f', service: 'redis', atMs: 0 }, signal),
    ).rejects.toMatchObject(told);
  });

  it('leaves alone what has nothing to do with it, private parts included', async () => {
    const recording = new Recording();
    const stack = await filling(recording);
    stack.reach('http://a', ['10.0.0.7']);
    recording.problem = new LabError('as it is');
    await expect(
      stack.deploy({ kind: 'image', image: 'a', args: undefined, port: 80, ...hosted, environment: {} }, signal),
    ).rejects.toBe(recording.problem);
    await stack[Symbol.asyncDispose]();
    expect(recording.urls).toEqual([]);
  });
});
