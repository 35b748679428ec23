import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeLab, recorded, refused } from '../../test/fakes/lab.ts';
import { fakePlatform, type FakePlatform } from '../../test/fakes/platform.ts';
import { scenarioFile } from '../../test/fakes/scenario.ts';
import { noiseOf } from '../analysis/comparison/calibration.ts';
import { Interruption, LabError } from '../model/errors.ts';
import { paces } from '../model/plan.ts';
import { runRecordSchema, type Comparison } from '../record/run-record.ts';
import { matchOf, type Match, type MatchSettings } from '../session/match.ts';
import { calibrate } from './calibrate.ts';
import { compare } from './compare.ts';

const file = scenarioFile({
  scenarios: {
    herd: {
      question: 'Does a lock stop the herd?',
      workload: ['GET /todos/1'],
      load: { connections: 10, warmup: '0s', duration: '2s' },
      variants: {
        aside: { app: { cache: { strategy: 'aside', ttl: '1s' } } },
        lock: { app: { cache: { strategy: 'lock', ttl: '1s' } } },
      },
      evidence: ['recomputes'],
    },
    change: {
      question: 'What do writes cost?',
      workload: ['POST /todos'],
      load: { connections: 10, warmup: '0s', duration: '2s' },
      variants: { aside: {}, lock: { app: { cache: { strategy: 'lock' } } } },
    },
  },
});

function matchFor(name: string, changes: Partial<MatchSettings> = {}): Match {
  const base = file.scenarios.find((scenario) => scenario.name === name);
  const [a, b] = base?.variants ?? [];
  if (base === undefined || a === undefined || b === undefined) throw new Error(`there is no match in ${name}`);
  const settings = { budgetMs: 120_000, batches: 1, isSideBySide: true, overrides: {}, seed: 7 } as const;
  return matchOf(base, [a, b], { ...settings, pace: paces.processes, ...changes });
}

const quick = { result: recorded(1200, 0.5), counters: { cache_recomputes_total: 0, http_requests_total: 1200 } };
const slow = { result: recorded(1000, 2), counters: { cache_recomputes_total: 0, http_requests_total: 1000 } };
/** So uneven that nothing can be told of it: every other answer to a question is another one. */
const uneven = [quick, slow, slow, quick, quick, slow];

const dead = { result: refused(300), counters: {} };

/** The lock is quicker. */
const different = (): FakePlatform => fakePlatform(({ app }) => (app.cache.strategy === 'lock' ? quick : slow));

function unclear(): FakePlatform {
  let trials = 0;
  return fakePlatform(() => uneven[trials++ % uneven.length] ?? slow);
}

function only(comparisons: readonly Comparison[] | undefined): Comparison {
  const [comparison, ...others] = comparisons ?? [];
  if (comparison === undefined || others.length > 0) throw new Error('there is not exactly one comparison');
  return comparison;
}

describe('compare', () => {
  it('stops after three rounds in which one side gave no right answer, and says so of every metric', async () => {
    const { lab } = await fakeLab(fakePlatform(({ app }) => (app.cache.strategy === 'lock' ? dead : slow)));
    const { record, error } = await compare(matchFor('herd'), 0.05, lab);
    expect(error).toBeUndefined();
    expect(record.trials).toHaveLength(6);
    const { metrics, dead: told } = only(record.comparisons);
    expect(told).toEqual({ b: 'in 3 rounds: 900 refused' });
    expect(new Set(metrics.map(({ outcome }) => outcome))).toEqual(new Set(['not-measured']));
  });

  it('cannot do it where neither side gave one, and neither can a calibration', async () => {
    for (const work of [compare, calibrate]) {
      const { lab } = await fakeLab(fakePlatform(() => dead));
      const { record, error } = await work(matchFor('herd'), 0.05, lab);
      expect(error).toMatchObject({ exitCode: 4 });
      expect(record.problem).toContain('neither aside nor lock gave a right answer');
    }
  });

  it('has both sides up at once, runs rounds of them in the order of the plan, and stops at the first look that tells', async () => {
    const match = matchFor('herd');
    expect(match.looks.rounds.length).toBeGreaterThan(2);
    const platform = different();
    const { lab, events } = await fakeLab(platform);
    const { record, error } = await compare(match, 0.05, lab);
    expect(error).toBeUndefined();
    expect(record.status).toBe('complete');
    const planned = match.plan.trials.slice(0, 16).map(({ variant, round }) => `${variant} ${round}`);
    expect(record.trials.map(({ variant, round }) => `${variant} ${round}`)).toEqual(planned);
    // Each is deployed when it is first needed, and stays.
    expect(platform.calls.filter((call) => call === 'load')).toHaveLength(16);
    expect(platform.calls.filter((call) => call.startsWith('deploy')).toSorted()).toEqual([
      'deploy aside ×1',
      'deploy lock ×1',
    ]);
    expect(platform.calls.slice(0, 2)).toEqual(['up postgres redis', 'up postgres redis']);
    expect(platform.calls.slice(-2)).toEqual(['down', 'down']);
    expect(events.flatMap((event) => (event.type === 'look' ? event.rounds : []))).toEqual([8]);
  });

  it('keeps what it found in the record, which reads back as it was', async () => {
    const match = matchFor('herd');
    const { lab } = await fakeLab(different());
    const { record, folder } = await compare(match, 0.05, lab);
    const comparison = only(record.comparisons);
    expect(comparison).toMatchObject({
      scenario: 'herd',
      a: { name: 'aside', variant: 'aside' },
      b: { name: 'lock', variant: 'lock' },
      paired: true,
      rounds: { a: 8, b: 8 },
      looks: match.looks.rounds.length,
      confidence: match.looks.confidence,
    });
    const text = (metric: string): string | undefined => comparison.metrics.find((it) => it.metric === metric)?.text;
    expect(text('rps')).toBe('lock has 1.20 times the RPS of aside');
    expect(text('p50')).toBe('lock is 4.00 times faster');
    // What the scenario is about is compared though there is none of it.
    expect(text('recomputes')).toBe('no difference');
    const saved: unknown = JSON.parse(await readFile(path.join(folder.path, 'run.json'), 'utf8'));
    expect(saved).toEqual(record);
    expect(runRecordSchema.safeParse(saved).error).toBeUndefined();
  });

  it('looks at every planned look where the numbers do not tell, and then ends', async () => {
    const match = matchFor('herd');
    const { lab, events } = await fakeLab(unclear());
    const { record } = await compare(match, 0.05, lab);
    expect(events.flatMap((event) => (event.type === 'look' ? event.rounds : []))).toEqual(match.looks.rounds);
    const rps = only(record.comparisons).metrics.find(({ metric }) => metric === 'rps');
    expect(rps).toMatchObject({
      outcome: 'unresolved',
      text: expect.stringMatching(/^cannot tell yet: run \d+ more/) as string,
    });
    expect(record.trials).toHaveLength(match.plan.trials.length);
  });

  it('begins no round when the time is up, and tells what there is', async () => {
    const { lab, events } = await fakeLab(different());
    const { record } = await compare({ ...matchFor('herd'), roundsMs: 0 }, 0.05, lab);
    expect(record.status).toBe('complete');
    expect(events.flatMap((event) => (event.type === 'look' ? event.rounds : []))).toEqual([1]);
    expect(only(record.comparisons).rounds).toEqual({ a: 1, b: 1 });
    expect(only(record.comparisons).metrics.map(({ outcome }) => outcome)).not.toContain('b-higher');
  });

  it('lets sides take turns on one stack where they cannot be up at once', async () => {
    const match = matchFor('herd', { isSideBySide: false });
    const platform = different();
    const { lab } = await fakeLab(platform);
    await compare(match, 0.05, lab);
    const turns = match.plan.trials.slice(0, 16).flatMap(({ variant }) => [`deploy ${variant} ×1`, 'load']);
    expect(platform.calls).toEqual(['up postgres redis', ...turns, 'down']);
  });

  it('deploys a side anew, with its own rows laid anew, where the load has changed them', async () => {
    const fresh: string[] = [];
    const platform = fakePlatform(({ app, freshData }) => {
      fresh.push(`${app.cache.strategy} ${freshData ? 'fresh' : 'first'}`);
      return app.cache.strategy === 'lock' ? quick : slow;
    });
    const { lab } = await fakeLab(platform);
    await compare(matchFor('change', { overrides: { durationMs: 500, warmupMs: 0 } }), 0.05, lab);
    expect(new Set(fresh.slice(0, 2))).toEqual(new Set(['none first', 'lock first']));
    expect(new Set(fresh.slice(2))).toEqual(new Set(['none fresh', 'lock fresh']));
  });

  it('compares nothing where it is interrupted midway, keeps what it measured, and takes both sides down', async () => {
    const controller = new AbortController();
    const platform = different();
    const { lab } = await fakeLab(
      platform,
      (event) => {
        if (event.type === 'trial-finished' && event.trial.number === 5) controller.abort(new Interruption('SIGINT'));
      },
      controller.signal,
    );
    const { record, error } = await compare(matchFor('herd'), 0.05, lab);
    expect(error).toBeInstanceOf(Interruption);
    expect(record).toMatchObject({ status: 'interrupted', verdicts: [] });
    expect(record.comparisons).toBeUndefined();
    expect(record.trials).toHaveLength(5);
    expect(platform.calls.slice(-2)).toEqual(['down', 'down']);
  });

  it('says why where one side cannot be deployed, and takes both down', async () => {
    const platform = fakePlatform(({ app }) => {
      if (app.cache.strategy === 'lock') throw new LabError('app-1 of lock did not start.');
      return slow;
    });
    const { lab } = await fakeLab(platform);
    const { record, error } = await compare(matchFor('herd'), 0.05, lab);
    expect(error).toBeInstanceOf(LabError);
    expect(record).toMatchObject({ status: 'broken off', problem: 'app-1 of lock did not start.' });
    expect(record.comparisons).toBeUndefined();
    expect(platform.calls.slice(-2)).toEqual(['down', 'down']);
  });

  it('has a cache beside both sides where one of them uses one', async () => {
    const platform = different();
    const { lab } = await fakeLab(platform);
    const match = matchFor('change');
    expect(match.scenario.variants.map(({ system }) => system)).toMatchObject([
      { app: { cache: { strategy: 'none' } } },
      { app: { cache: { strategy: 'lock' } } },
    ]);
    await compare(match, 0.05, lab);
    expect(platform.calls.filter((call) => call.startsWith('up'))).toEqual(['up postgres redis', 'up postgres redis']);
  });

  it('takes the first stack down where the second does not come up', async () => {
    const platform = different();
    let stacks = 0;
    const up: FakePlatform['up'] = async (options) => {
      stacks += 1;
      if (stacks === 2) throw new LabError('There is no port left.');
      return platform.up(options);
    };
    const { lab } = await fakeLab({ ...platform, up });
    const { record } = await compare(matchFor('herd'), 0.05, lab);
    expect(record).toMatchObject({ status: 'broken off', problem: 'There is no port left.', trials: [] });
    expect(platform.calls).toEqual(['up postgres redis', 'down']);
  });
});

describe('calibrate', () => {
  it('goes on to the last look, whatever it finds, and tells the noise of what it measured', async () => {
    const match = matchFor('herd');
    const { lab, events } = await fakeLab(fakePlatform(() => slow));
    const { record } = await calibrate(match, 0.05, lab);
    expect(record.trials).toHaveLength(match.plan.trials.length);
    expect(events.filter(({ type }) => type === 'look')).toHaveLength(match.looks.rounds.length);
    const noise = noiseOf(only(record.comparisons));
    expect(noise.find(({ metric }) => metric === 'rps')).toEqual({
      metric: 'rps',
      scale: 'ratio',
      floor: 0,
      detectable: 0,
    });
  });
});
