import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fakePlatform, type Orchestration, type Script } from '../../test/fakes/platform.ts';
import { scenarioFile } from '../../test/fakes/scenario.ts';
import { warmupOver } from '../analysis/annotations.ts';
import { Interruption, LabError } from '../model/errors.ts';
import type { ServiceUsage } from '../model/running-system.ts';
import type { Role } from '../model/subject.ts';
import type { ServiceUse } from '../model/system.ts';
import type { TrialRecord } from '../record/run-record.ts';
import { planOf } from '../scenarios/planning/expand.ts';
import type { WorkerResult } from '../worker/protocol.ts';
import { Recorder } from '../worker/recording/recorder.ts';
import { runTrial } from './trial.ts';

const file = scenarioFile({
  scenarios: {
    update: {
      question: 'Does anybody notice?',
      workload: ['GET /todos/1'],
      load: { warmup: '0s', duration: '2s' },
      replicas: [2],
      variants: {
        still: {},
        rolled: { rollout: { at: '0s' } },
        late: { rollout: { at: '1999ms' } },
        killed: { acts: [{ at: '0s', kill: 'app-2' }] },
      },
    },
  },
});

/** A second after the beginning of 2026 and a little more. */
const startedAtMs = Date.UTC(2026, 0, 1, 0, 0, 1, 400);

function recorded(durationMs = 60_000): WorkerResult {
  const recorder = new Recorder({
    phase: 'measuring',
    requests: ['GET /'],
    startMs: 0,
    durationMs: 1000,
    emit: () => undefined,
  });
  const result = recorder.finish(1000, {
    cpuRatio: 0.25,
    eventLoopUtilisation: 0.5,
    lagP99Us: 1000,
    longestPauseUs: 0,
    pauseEndedAtMs: 0,
  });
  return { ...result, startedAtMs, durationMs };
}

/** Something that one part of a test waits for, and another lets go on. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const gate = new AbortController();
  const opened = new Promise<void>((resolve) => gate.signal.addEventListener('abort', () => resolve()));
  return { opened, open: () => gate.abort() };
}

interface Play extends Orchestration {
  readonly variant?: string;
  /** What runs beside the app. */
  readonly services?: readonly ServiceUse[];
  readonly script?: Partial<Script>;
  readonly signal?: AbortSignal;
}

interface Outcome {
  readonly record?: TrialRecord;
  readonly error?: unknown;
}

/** Runs one trial on a fake that does as told; what was asked of it comes with what came of it. */
async function play({
  variant = 'rolled',
  services,
  script,
  signal = new AbortController().signal,
  ...orchestration
}: Play) {
  const platform = fakePlatform(() => ({ result: recorded(), counters: {}, ...script }), undefined, orchestration);
  const [trial] = planOf(file, ['update'], { variants: [variant] }, 1).trials;
  if (trial?.system.kind !== 'app' || trial.load.kind === 'search') throw new Error('there is no trial');
  await using stack = await platform.up({ stores: [], runId: 'r', signal, onStep: () => undefined });
  const system = { ...trial.system, services };
  const deployment = await stack.deploy(system, signal);
  const outcome = await runTrial(deployment, { ...trial, system, load: trial.load }, () => undefined, signal).then(
    (record): Outcome => ({ record }),
    (error: unknown): Outcome => ({ error }),
  );
  return { ...outcome, calls: platform.calls.slice(2) };
}

/** Goes on until the signal is aborted, and ends with its reason. */
async function untilAborted(signal: AbortSignal): Promise<void> {
  await setTimeout(60_000, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}

const unready = new LabError('The new version does not become ready.');
const texts = (record: TrialRecord | undefined) =>
  record?.annotations.map(({ text }) => text).filter((text) => text !== warmupOver);
const kinds = (record: TrialRecord | undefined) => record?.caveats.map(({ kind }) => kind);

describe('a trial with a roll-out', () => {
  it('rolls out while the load goes on, and says when that was', async () => {
    const rolled = gate();
    const { record, calls } = await play({
      act: async () => Promise.resolve().then(rolled.open),
      script: { load: async () => rolled.opened },
    });
    expect(calls).toEqual(['load', 'roll-out app', 'roll-out app done']);
    expect(texts(record)).toEqual(['a new version begins to roll out', 'the roll-out is over: every replica is new']);
    const [{ beganMs, endedMs, ...act } = { beganMs: NaN, endedMs: NaN }] = record?.acts ?? [];
    expect(act).toMatchObject({ kind: 'roll-out', name: 'roll-out-app', subjects: ['app'], outcome: 'done' });
    expect(record?.metrics.rollout_time).toBe(endedMs - beganMs);
    expect(kinds(record)).not.toContain('rollout-unfinished');
    expect(record?.telemetry).toMatchObject({ replicas: [{ replica: 'app-1' }, { replica: 'app-2' }], left: [] });
  });

  it('waits for one that goes on after the load, and doubts what was measured of it', async () => {
    const told = gate();
    const { record, calls } = await play({
      act: async () => told.opened,
      // What befell the services is asked for once the load is over.
      happenings: async () => {
        told.open();
        return Promise.resolve([]);
      },
      script: { result: recorded(0.001) },
    });
    expect(calls).toEqual(['load', 'roll-out app', 'roll-out app done']);
    const caveat = record?.caveats.find(({ kind }) => kind === 'rollout-unfinished');
    expect(caveat?.doubts).toEqual(expect.arrayContaining(['errors', 'error_rate', 'p99', 'rollout_time']));
  });

  it('has none where the variant has none', async () => {
    const { record, calls } = await play({ variant: 'still', act: async (_act, signal) => untilAborted(signal) });
    expect(calls).toEqual(['load']);
    expect(record).not.toHaveProperty('acts');
    expect(record?.metrics.rollout_time).toBeUndefined();
    expect(record?.metrics.replicas_most).toBe(2);
    expect(record?.telemetry.left).toBeUndefined();
  });
});

describe('a trial with a kill', () => {
  const act = async (): Promise<void> => Promise.resolve();
  const death = (copy: string, isFatal: boolean) => ({
    ...{ service: 'app', copy, isFatal },
    error: new LabError(`${copy} ended.`),
  });

  it('marks it, and takes the end of what it killed for no death', async () => {
    const { record, error, calls } = await play({
      variant: 'killed',
      act,
      deaths: async () => Promise.resolve([]),
      happenings: async (sinceMs) =>
        Promise.resolve([{ atMs: sinceMs + 2000, copy: 'app-2', kind: 'restarted', text: 'was started again' }]),
    });
    expect(error).toBeUndefined();
    expect(calls).toEqual(['load', 'kill app-2', 'kill app-2 done']);
    expect(record?.acts).toMatchObject([{ name: 'kill-app-2', kind: 'kill', subjects: ['app-2'], outcome: 'done' }]);
    expect(texts(record)).toEqual(['app-2 is killed', 'app-2 was started again']);
    expect(kinds(record)).not.toContain('died');
    expect(kinds(record)).not.toContain('restarted');
    expect(kinds(record)).toContain('nothing-before');
  });

  it.each(['app-1', 'app-2'])(
    'is spoilt by the death of %s, also where the act had started it again before',
    async (service) => {
      const deaths = async () => Promise.resolve([death(service, true)]);
      const { record } = await play({ variant: 'killed', act, deaths });
      expect(record?.caveats[0]?.kind).toBe('died');
      expect(record?.caveats[0]?.text).toContain(`${service} ended`);
    },
  );
});

describe('a trial fails', () => {
  it('as soon as its roll-out does', async () => {
    const { error } = await play({
      act: async () => Promise.reject(unready),
      script: { load: untilAborted },
    });
    expect(error).toBe(unready);
  });

  it('with a roll-out that fails after the load', async () => {
    const measured = gate();
    const { error } = await play({
      act: async () => measured.opened.then(async () => Promise.reject(unready)),
      happenings: async () => {
        measured.open();
        return Promise.resolve([]);
      },
    });
    expect(error).toBe(unready);
  });

  it('with its load, and ends what is rolling out before that is told', async () => {
    const lost = new LabError('The load worker was lost.');
    const began = gate();
    let ended = false;
    const { error, calls } = await play({
      act: async (_act, signal) => {
        began.open();
        await untilAborted(signal).finally(() => (ended = true));
      },
      script: { load: async () => began.opened.then(async () => Promise.reject(lost)) },
    });
    expect(error).toBe(lost);
    expect(calls).toEqual(['load', 'roll-out app']);
    expect(ended).toBe(true);
  });

  it('with its load before anything was rolled out', async () => {
    const lost = new LabError('The load worker was lost.');
    const { error, calls } = await play({
      variant: 'late',
      act: async (_act, signal) => untilAborted(signal),
      script: { load: async () => Promise.reject(lost) },
    });
    expect(error).toBe(lost);
    expect(calls).toEqual(['load']);
  });

  it.each<[string, Partial<Script>]>([
    ['under load', { load: untilAborted }],
    ['after the load', {}],
  ])('with the reason of whoever ends it while it rolls out %s', async (_when, script) => {
    const controller = new AbortController();
    const { error } = await play({
      act: async (_act, signal) => {
        void setTimeout(20).then(() => controller.abort(new Interruption('SIGINT')));
        await untilAborted(signal);
      },
      script,
      signal: controller.signal,
    });
    expect(error).toBeInstanceOf(Interruption);
  });
});

describe('a trial with services beside what is tested', () => {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const mailer: ServiceUse = { kind: 'entry', name: 'mailer', entry: 'notifier', replicas: 2, limits };
  const usageOf = (copy: string, service: string, role: Role, seconds: number): ServiceUsage => ({
    ...{ copy, service, role },
    cpuSeconds: seconds,
    cpuLimit: undefined,
    throttledSeconds: 0,
    memoryBytes: 1000,
    memoryLimitBytes: undefined,
    restarts: 0,
    outOfMemory: false,
    ended: undefined,
  });

  it('records what each of their copies counted, and their metrics by service', async () => {
    const asked = (count: number) => ({ http_requests_total: count });
    const { record } = await play({
      variant: 'still',
      services: [mailer],
      script: { counters: asked(200), beside: { 'mailer-1': asked(300), 'mailer-2': asked(100) } },
    });
    expect(record?.telemetry.beside).toEqual([
      {
        service: 'mailer',
        copies: [
          { replica: 'mailer-1', counters: asked(300), gauges: {} },
          { replica: 'mailer-2', counters: asked(100), gauges: {} },
        ],
        lost: [],
        silent: [],
      },
    ]);
    expect(record?.telemetry.replicas.map(({ replica }) => replica)).toEqual(['app-1', 'app-2']);
    // Two replicas answered 200 requests each.
    const counted = { requests: 400, calls_per_request: 1, smallest_share: 0.25, largest_share: 0.75 };
    expect(record?.byService).toEqual([{ service: 'mailer', metrics: counted }]);
    expect(record?.metrics).toMatchObject({ calls_per_request: 1, smallest_share: 0.5 });
    const beside = record?.telemetry.timeline.series.filter(({ service }) => service === 'mailer') ?? [];
    expect(new Set(beside.map(({ source }) => source))).toEqual(new Set(['mailer-1', 'mailer-2']));
  });

  it('knows whose copies use what', async () => {
    let seconds = 0;
    const { record } = await play({
      variant: 'still',
      services: [mailer],
      script: { load: async () => setTimeout(5) },
      usage: async () => {
        seconds += 1;
        return Promise.resolve([
          usageOf('app-1', 'app', 'tested', seconds),
          ...['mailer-1', 'mailer-2'].map((copy) => usageOf(copy, 'mailer', 'aside', seconds)),
          usageOf('mailer-balancer', 'mailer-balancer', 'balancer', seconds),
        ]);
      },
    });
    expect(record?.resources.map(({ copy, service, role }) => [copy, service, role])).toEqual([
      ['app-1', 'app', 'tested'],
      ['mailer-1', 'mailer', 'aside'],
      ['mailer-2', 'mailer', 'aside'],
      ['mailer-balancer', 'mailer-balancer', 'balancer'],
    ]);
    expect(record?.byService?.find(({ service }) => service === 'mailer')?.metrics.memory_end).toBe(2000);
  });

  it('asks what they use at once, also where they take long to tell of themselves', async () => {
    const asked: string[] = [];
    await play({
      variant: 'still',
      usage: async () => Promise.resolve([usageOf('app-1', 'app', 'tested', asked.push('usage'))]),
      scraping: async () => {
        await setTimeout(5);
        asked.push('scraped');
      },
    });
    expect(asked[0]).toBe('usage');
  });
});

describe('what the platform tells of', () => {
  const killed = { copy: 'app-2', kind: 'out-of-memory', text: 'was killed at its memory limit' } as const;

  it('is read from the second of the start on, and put on the clock of the measured time', async () => {
    const asked: number[] = [];
    const { record } = await play({
      variant: 'still',
      happenings: async (sinceMs) => {
        asked.push(sinceMs);
        return Promise.resolve([
          { ...killed, atMs: startedAtMs + 13_000 },
          { ...killed, atMs: startedAtMs + 12_600 },
          { ...killed, copy: 'postgres', atMs: sinceMs },
        ]);
      },
    });
    expect(asked).toEqual([startedAtMs - 400]);
    expect(record?.telemetry.happenings).toEqual({
      told: [
        { ...killed, copy: 'postgres', second: 0, times: 1 },
        { ...killed, second: 12, times: 2 },
      ],
    });
    expect(texts(record)).toEqual([
      'postgres was killed at its memory limit',
      'app-2 was killed at its memory limit (2 times)',
    ]);
    expect(kinds(record)).toEqual(expect.arrayContaining(['out-of-memory', 'out-of-memory']));
  });

  it('ends no trial where it cannot', async () => {
    const { record, error } = await play({
      variant: 'still',
      happenings: async () => Promise.reject(new Error('the API server is away')),
    });
    expect(error).toBeUndefined();
    expect(record?.caveats.find(({ kind }) => kind === 'no-happenings')?.text).toContain('the API server is away');
  });
});
