import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recorded } from '../../test/fakes/lab.ts';
import { fakePlatform, type FakePlatform } from '../../test/fakes/platform.ts';
import { scenarioFile } from '../../test/fakes/scenario.ts';
import { Interruption, LabError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import type { ServiceUsage } from '../model/running-system.ts';
import { jsonReport } from '../reporters/json.ts';
import { markdownReport } from '../reporters/markdown.ts';
import { terminalReport } from '../reporters/terminal.ts';
import { planOf } from '../scenarios/planning/expand.ts';
import type { LabEvent } from '../session/events.ts';
import type { Lab, RunOutcome } from '../session/run-session.ts';
import { run } from './run.ts';

const file = scenarioFile({
  scenarios: {
    herd: {
      question: 'Does a lock stop the herd?',
      prediction: 'Yes: one recompute per expiry.',
      workload: ['GET /todos/1'],
      load: { connections: 10, warmup: '1s', duration: '2s' },
      variants: {
        aside: { app: { cache: { strategy: 'aside', ttl: '1s' } } },
        lock: { app: { cache: { strategy: 'lock', ttl: '1s' } } },
      },
      evidence: ['recomputes', 'recomputes_per_expiry'],
      expect: ['recomputes_per_expiry(lock) <= 1', 'p50(aside) < 1ms', 'rows_read_per_request < 5'],
    },
  },
});

const scripts = {
  aside: { result: recorded(4000, 2), counters: { cache_recomputes_total: 150, http_requests_total: 4000 } },
  lock: { result: recorded(12_000, 0.5), counters: { cache_recomputes_total: 2, http_requests_total: 12_000 } },
};

const platform = (): FakePlatform =>
  fakePlatform(({ app }) => (app.cache.strategy === 'lock' ? scripts.lock : scripts.aside));

describe('run', () => {
  let folder: string;
  let events: LabEvent[];
  const stop = (): AbortController => new AbortController();
  const start = async (
    plan: Plan,
    on: FakePlatform,
    signal: AbortSignal = stop().signal,
    changes: Partial<Lab> = {},
  ): Promise<RunOutcome> =>
    run(plan, {
      platform: on,
      results: folder,
      command: 'scale-lab run herd --seed 7',
      startedAtMs: Date.now(),
      environment: {},
      addresses: new Map(),
      emit: (event) => events.push(event),
      signal,
      ...changes,
    });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'run-test-'));
    events = [];
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('runs every trial on one stack, in the order of the plan, and takes it down', async () => {
    const plan = planOf(file, ['herd'], {}, 7);
    const lab = platform();
    const { record, error } = await start(plan, lab);
    expect(error).toBeUndefined();
    const deployed = plan.trials.flatMap(({ variant }) => [`deploy ${variant} ×1`, 'load']);
    expect(lab.calls).toEqual(['up postgres redis', ...deployed, 'down']);
    expect(record.status).toBe('complete');
    expect(record.trials.map(({ number }) => number)).toEqual([1, 2]);
    expect(events.map(({ type }) => type).filter((type) => type !== 'trial-second')).toEqual([
      'run-started',
      'trial-started',
      'trial-finished',
      'trial-started',
      'trial-finished',
      'run-finished',
    ]);
  });

  it('has a cache only where a variant of a scenario uses one, and then whichever variants are run', async () => {
    const variants = { none: {}, aside: { app: { cache: 'aside' } } };
    const common = { question: 'Is it fast?', workload: ['GET /todos/1'] };
    const both = scenarioFile({ scenarios: { plain: common, cached: { ...common, variants } } });
    const upFor = async (...[names, overrides]: [readonly string[], Parameters<typeof planOf>[2]]) => {
      const lab = platform();
      await start(planOf(both, names, overrides, 7), lab);
      return lab.calls[0];
    };
    expect(await upFor(['plain'], {})).toBe('up postgres');
    expect(await upFor(['cached'], { variants: ['none'] })).toBe('up postgres redis');
    expect(await upFor(['plain', 'cached'], {})).toBe('up postgres redis');
  });

  it('carries exact numbers through to the metrics and the verdicts', async () => {
    const { record } = await start(planOf(file, ['herd'], {}, 7), platform());
    const byVariant = new Map(record.trials.map((trial) => [trial.variant, trial]));
    expect(byVariant.get('aside')?.metrics).toMatchObject({
      rps: 2000,
      p50: 2,
      p99: 2,
      requests: 4000,
      errors: 0,
      recomputes: 150,
      recomputes_per_expiry: 75,
    });
    expect(byVariant.get('lock')?.metrics).toMatchObject({ rps: 6000, p50: 0.5, recomputes_per_expiry: 1 });
    expect(record.verdicts.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual([
      'passed: 1 against 1',
      'failed: 2 ms against 1 ms, twice the limit',
      expect.stringMatching(/^inconclusive: rows_read_per_request of (aside|lock) was not measured/),
    ]);
  });

  it('saves a record that reads back as it was, and that every reporter renders', async () => {
    const { record, folder: saved } = await start(planOf(file, ['herd'], {}, 7), platform());
    const text = await readFile(path.join(saved.path, 'run.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(record);
    const screen = { columns: 100, color: false };
    expect(JSON.parse(jsonReport(record))).toEqual(record);
    expect(tableIn(terminalReport(record, screen))).toMatchInlineSnapshot(`
      "  variant  N    RPS  mean ms  p50 ms  p95 ms  p99 ms  p99.9 ms  max ms  errors
        aside    1  2,000        2       2       2       2        ~2       2       0
        lock     1  6,000     0.50    0.50    0.50    0.50      0.50    0.50       0"
    `);
    expect(
      markdownReport(record)
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "| variant | N | RPS | mean ms | p50 ms | p95 ms | p99 ms | p99.9 ms | max ms | errors |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      | aside | 1 | 2,000 | 2 | 2 | 2 | 2 | \\~2 | 2 | 0 |
      | lock | 1 | **6,000** | **0.50** | **0.50** | **0.50** | **0.50** | 0.50 | **0.50** | 0 |
      | variant | N | recomputes | recomp/exp |
      | --- | ---: | ---: | ---: |
      | aside | 1 | 150 | 75 |
      | lock | 1 | **2** | **1** |
      | variant | request | mostly | N | at s | ms |
      | --- | --- | --- | ---: | ---: | ---: |
      | aside | GET / | - | 1 | 0 | 2 |
      | aside | GET / | - | 1 | 0 | 2 |
      | aside | GET / | - | 1 | 0 | 2 |
      | lock | GET / | - | 1 | 0 | 0.50 |
      | lock | GET / | - | 1 | 0 | 0.50 |
      | lock | GET / | - | 1 | 0 | 0.50 |"
    `);
  });

  it('tells the command of a finding what the run was told, and gives none where no command would do', async () => {
    let seconds = 0;
    const usage = async (): Promise<readonly ServiceUsage[]> => {
      seconds += 1;
      const used = { atMs: 1000 * seconds, cpuSeconds: 0.4 * seconds, throttledSeconds: 0.6 * seconds };
      const limits = { cpuLimit: 0.4, memoryBytes: 1, memoryLimitBytes: undefined };
      const life = { restarts: 0, outOfMemory: false, ended: undefined };
      return Promise.resolve([{ service: 'app', copy: 'app-1', role: 'tested', ...used, ...limits, ...life }]);
    };
    const limited = (): FakePlatform => fakePlatform(() => scripts.lock, undefined, { usage });
    const plan = planOf(file, ['herd'], { variants: ['lock'] }, 7);
    const next = 'Raise it, or add replicas.';
    const [plain] = (await start(plan, limited())).record.trials;
    expect(plain?.findings).toEqual([
      {
        kind: 'throttled',
        about: { service: 'app', copy: 'app-1' },
        text: expect.stringContaining('60%') as string,
        next,
      },
    ]);
    const conditions: Lab['conditions'] = (_, { load }) => ['--file', `${load.kind}.yaml`];
    const [told] = (await start(plan, limited(), stop().signal, { conditions })).record.trials;
    const command = 'scale-lab run herd --variant lock --replicas 1,2 --file closed.yaml';
    expect(told?.findings).toMatchObject([{ kind: 'throttled', next, command }]);
  });

  it('keeps what it measured when it is interrupted, gives no verdict, and takes the stack down', async () => {
    const controller = stop();
    const lab = platform();
    const plan = planOf(file, ['herd'], {}, 7);
    const outcome = run(plan, {
      platform: lab,
      results: folder,
      command: 'scale-lab run herd',
      startedAtMs: Date.now(),
      environment: {},
      addresses: new Map(),
      emit: (event) => {
        if (event.type === 'trial-finished') controller.abort(new Interruption('SIGINT'));
      },
      signal: controller.signal,
    });
    const { record, error } = await outcome;
    expect(error).toBeInstanceOf(Interruption);
    expect(record).toMatchObject({ status: 'interrupted', verdicts: [] });
    expect(record.trials).toHaveLength(1);
    expect(lab.calls.at(-1)).toBe('down');
  });

  it('was interrupted, whatever broke first because of the signal', async () => {
    const controller = stop();
    const lab = fakePlatform(() => {
      controller.abort(new Interruption('SIGINT'));
      throw new LabError('The load worker ended without a result.');
    });
    const { record, error } = await run(planOf(file, ['herd'], {}, 7), {
      platform: lab,
      results: folder,
      command: 'scale-lab run herd',
      startedAtMs: Date.now(),
      environment: {},
      addresses: new Map(),
      emit: () => undefined,
      signal: controller.signal,
    });
    expect(error).toBeInstanceOf(Interruption);
    expect(record).toMatchObject({ status: 'interrupted', problem: 'Interrupted.' });
  });

  it('says why it was broken off, with what was measured before', async () => {
    let trials = 0;
    const lab = fakePlatform(() => {
      trials += 1;
      if (trials === 2) throw new LabError('app-1 died.');
      return scripts.lock;
    });
    const { record, error, folder: saved } = await start(planOf(file, ['herd'], {}, 7), lab);
    expect(error).toBeInstanceOf(LabError);
    expect(record).toMatchObject({ status: 'broken off', problem: 'app-1 died.' });
    expect(JSON.parse(await readFile(path.join(saved.path, 'run.json'), 'utf8'))).toEqual(record);
    expect(terminalReport(record, { columns: 80, color: false })).toContain('Broken off: 1 of 2 trials were measured');
    expect(lab.calls.at(-1)).toBe('down');
  });

  it('says what went wrong first where the clean-up fails as well, and then that', async () => {
    const lab = fakePlatform(() => {
      throw new LabError('app-1 died.');
    });
    const gone = { [Symbol.asyncDispose]: () => Promise.reject(new LabError('The Engine is gone.')) };
    const unclosed: FakePlatform = { ...lab, up: async (options) => ({ ...(await lab.up(options)), ...gone }) };
    const { record, error } = await start(planOf(file, ['herd'], {}, 7), unclosed);
    expect(error).toMatchObject({ message: 'app-1 died.' });
    expect(record).toMatchObject({ status: 'broken off', problem: 'app-1 died.' });
    expect(events).toContainEqual({ type: 'remark', text: 'the clean-up failed: The Engine is gone.' });
  });

  it('says where results cannot be written', async () => {
    const lab = platform();
    const blocked = run(planOf(file, ['herd'], {}, 7), {
      platform: lab,
      results: '/dev/null/results',
      command: '',
      startedAtMs: Date.now(),
      environment: {},
      addresses: new Map(),
      emit: () => undefined,
      signal: stop().signal,
    });
    await expect(blocked).rejects.toThrow(/^Results cannot be written to \/dev\/null\/results\//);
    expect(lab.calls).toEqual([]);
  });
});

/** The lines of a terminal report from the first table's headings to its last row. */
function tableIn(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trimStart().startsWith('variant'));
  return lines.slice(first, lines.indexOf('', first)).join('\n');
}
