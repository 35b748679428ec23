import { LatencyHistogram } from '../../src/histogram/latency-histogram.ts';
import { actKinds, subjectsOf, type ResolvedAct } from '../../src/model/acts.ts';
import type { Topology } from '../../src/model/plan.ts';
import type { BesideMetrics, Happening, ReplicaMetrics, ServiceUsage } from '../../src/model/running-system.ts';
import type { UrlSystem } from '../../src/model/system.ts';
import type { Death, Deployment, Platform, Stack } from '../../src/platforms/platform.ts';
import { copiesOf } from '../../src/services/service.ts';
import { asidesOf } from '../../src/services/system.ts';
import type { LoadJob, WorkerMessage, WorkerResult } from '../../src/worker/protocol.ts';

/** What the fake's load workers record, all of them together, and what its replicas count for one deployment. */
export interface Script {
  readonly result: WorkerResult;
  /** How much each counter of each replica rises while the load is on. */
  readonly counters: Readonly<Record<string, number>>;
  /** The same of each copy of the services beside them, by its name. */
  readonly beside?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What the load goes on for; over at once where it is left out. */
  readonly load?: (signal: AbortSignal) => Promise<void>;
}

/** What a fake does that orchestrates. */
export interface Orchestration {
  readonly act?: (act: ResolvedAct, signal: AbortSignal) => Promise<void>;
  readonly deaths?: () => Promise<readonly Death[]>;
  readonly happenings?: (sinceMs: number) => Promise<readonly Happening[]>;
  readonly usage?: () => Promise<readonly ServiceUsage[]>;
  /** What a scrape waits for. */
  readonly scraping?: () => Promise<void>;
}

/** A platform that starts nothing, and carries exact numbers through everything that comes after it. */
export interface FakePlatform extends Platform {
  /** What was asked of it, in order: `up postgres redis`, `up`, `deploy`, `reach`, `load`, `kill app-2`, `kill app-2 done`, `down`. */
  readonly calls: string[];
}

/** A copy of a service beside what is tested. */
type BesideCopy = Pick<BesideMetrics, 'service' | 'replica'>;

/** What a trial records on a deployed topology; may throw to break the run off. */
export type ScriptOf<T> = (system: T, jobs: readonly LoadJob[]) => Script;

function exposition(totals: ReadonlyMap<string, number>): string {
  return [...totals].map(([name, total]) => `# TYPE ${name} counter\n${name} ${total}\n`).join('');
}

function second(phase: 'warm-up' | 'measuring', requests: number, latencyMs: number): WorkerMessage {
  const latencies = new LatencyHistogram();
  for (let request = 0; request < requests; request++) latencies.record(latencyMs);
  return { type: 'second', phase, second: 0, sent: requests, requests, errors: 0, histogram: latencies.encode() };
}

/** Makes a fake at the platform's contract; without the second script it has no servers of the user's own. */
export function fakePlatform(
  onTopology: ScriptOf<Topology>,
  onUrl?: ScriptOf<UrlSystem>,
  orchestration?: Orchestration,
): FakePlatform {
  const calls: string[] = [];
  const { act, deaths, happenings, usage, scraping } = orchestration ?? {};

  function running(
    url: string,
    replicas: readonly string[],
    beside: readonly BesideCopy[],
    script: (jobs: readonly LoadJob[]) => Script,
  ): Deployment {
    // They rise with every load, as on a deployment that stays up.
    const totals = new Map<string, number>();
    const totalsOf = new Map(beside.map(({ replica }) => [replica, new Map<string, number>()]));
    return {
      urls: [url],
      address: undefined,
      async scrape(): Promise<readonly ReplicaMetrics[]> {
        await scraping?.();
        return Promise.resolve(replicas.map((replica) => ({ replica, text: exposition(totals) })));
      },
      ...(beside.length > 0 && {
        async scrapeBeside(): Promise<readonly BesideMetrics[]> {
          return Promise.resolve(
            beside.map((copy) => ({ ...copy, text: exposition(totalsOf.get(copy.replica) ?? new Map()) })),
          );
        },
      }),
      ...(happenings && { happenings }),
      ...(usage && { usage }),
      ...(deaths && { deaths }),
      ...(act && {
        async act(order: ResolvedAct, signal: AbortSignal): Promise<void> {
          const what = `${order.kind} ${subjectsOf(order, { kind: 'app' }).join(' ')}`;
          calls.push(what);
          await act(order, signal);
          calls.push(`${what} done`);
        },
      }),
      async *generate(jobs: readonly LoadJob[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
        calls.push(jobs.length === 1 ? 'load' : `load by ${jobs.length}`);
        const scripted = script(jobs);
        const rising = [
          { of: totals, by: scripted.counters },
          ...[...totalsOf].map(([copy, of]) => ({ of, by: scripted.beside?.[copy] ?? {} })),
        ];
        const rise = (to: (before: number | undefined, value: number) => number): void => {
          for (const { of, by } of rising)
            for (const [name, value] of Object.entries(by)) of.set(name, to(of.get(name), value));
        };
        rise((before = 1000) => before);
        yield second('warm-up', 10, 1);
        yield { type: 'measuring' };
        rise((before = 0, value) => before + value);
        yield second('measuring', 100, 2);
        await scripted.load?.(signal);
        signal.throwIfAborted();
        yield { type: 'measured' };
        yield await Promise.resolve({ type: 'result', result: scripted.result });
      },
    };
  }

  const stack: Stack = {
    versions: { postgresql: '18.4', redis: '7.0.15' },
    async deploy(topology) {
      if (topology.kind !== 'app') throw new Error('the fake has no script for a server of the user');
      const { app, replicas } = topology;
      calls.push(`deploy ${app.cache.strategy} ×${replicas}`);
      const names = Array.from({ length: replicas }, (_, index) => `app-${index + 1}`);
      const beside = asidesOf(topology).flatMap((service) =>
        copiesOf(service).map((copy) => ({ service: service.name, replica: copy.name })),
      );
      return Promise.resolve(running('http://127.0.0.1:1', names, beside, (jobs) => onTopology(topology, jobs)));
    },
    reach(url) {
      if (onUrl === undefined) throw new Error('the fake has no script for a server of the user');
      calls.push(`reach ${url}`);
      return running(url, [], [], (jobs) => onUrl({ kind: 'url', url }, jobs));
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
    hosts: [],
    reachesUrls: onUrl !== undefined,
    acts: orchestration?.act ? actKinds : [],
    orchestrates: orchestration !== undefined,
    clean: async () => Promise.resolve([]),
    down: async () => Promise.resolve([]),
    async up({ stores }) {
      calls.push(['up', ...stores.map(({ name }) => name)].join(' '));
      // Each is one of its own, to be closed by itself.
      return Promise.resolve({ ...stack });
    },
  };
}
