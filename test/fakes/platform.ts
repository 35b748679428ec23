import type { LoadJob, WorkerMessage, WorkerResult } from '../../src/load/job.ts';
import type { Platform, ReplicaMetrics, Stack } from '../../src/platforms/platform.ts';
import type { Topology } from '../../src/scenarios/plan.ts';

/** What the fake's load worker records and what its replicas count for one deployment. */
export interface Script {
  readonly result: WorkerResult;
  /** How much each counter of each replica rises while the load is on. */
  readonly counters: Readonly<Record<string, number>>;
}

/** A platform that starts nothing, and carries exact numbers through everything that comes after it. */
export interface FakePlatform extends Platform {
  /** What was asked of it, in order: `up`, `deploy`, `load`, `down`. */
  readonly calls: string[];
}

function exposition(counters: Readonly<Record<string, number>>, factor: number): string {
  return Object.entries(counters)
    .map(([name, value]) => `# TYPE ${name} counter\n${name} ${1000 + value * factor}\n`)
    .join('');
}

/**
 * Makes a fake at the platform's contract.
 * @param script what a trial on that topology records; may throw to break the run off
 */
export function fakePlatform(script: (topology: Topology, job: LoadJob) => Script): FakePlatform {
  const calls: string[] = [];
  const stack: Stack = {
    versions: { postgresql: '18.4', redis: '7.0.15' },
    async deploy(topology) {
      const { app, replicas } = topology;
      calls.push(`deploy ${app.cache.strategy} ×${replicas}`);
      let counters: Readonly<Record<string, number>> = {};
      let factor = 0;
      return Promise.resolve({
        urls: ['http://127.0.0.1:1'],
        address: undefined,
        async scrape(): Promise<readonly ReplicaMetrics[]> {
          const names = Array.from({ length: replicas }, (_, index) => `app-${index + 1}`);
          return Promise.resolve(names.map((replica) => ({ replica, text: exposition(counters, factor) })));
        },
        async *generate(job: LoadJob, signal: AbortSignal): AsyncIterable<WorkerMessage> {
          calls.push('load');
          const scripted = script(topology, job);
          counters = scripted.counters;
          yield { type: 'second', phase: 'warm-up', second: 0, requests: 10, errors: 0, p99Us: 1000 };
          yield { type: 'measuring' };
          factor = 1;
          yield { type: 'second', phase: 'measuring', second: 0, requests: 100, errors: 0, p99Us: 2000 };
          signal.throwIfAborted();
          yield await Promise.resolve({ type: 'result', result: scripted.result });
        },
      });
    },
    release: () => undefined,
    async [Symbol.asyncDispose]() {
      calls.push('down');
      return Promise.resolve();
    },
  };
  return {
    name: 'local',
    calls,
    requirements: async () => Promise.resolve([]),
    enforcesLimits: true,
    clean: async () => Promise.resolve([]),
    down: async () => Promise.resolve([]),
    async up() {
      calls.push('up');
      return Promise.resolve(stack);
    },
  };
}
