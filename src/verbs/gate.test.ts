import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakeLab, recorded, refused } from '../../test/fakes/lab.ts';
import { fakePlatform, type FakePlatform } from '../../test/fakes/platform.ts';
import { scenario } from '../../test/fakes/scenario.ts';
import { Interruption, LabError } from '../model/errors.ts';
import { defaultLoad } from '../model/load-profile.ts';
import { paces } from '../model/plan.ts';
import type { RunRecord } from '../record/run-record.ts';
import { matchOf, type Match } from '../session/match.ts';
import { gate, type Gate } from './gate.ts';

const usual: Gate = { tolerances: {}, noise: {}, smallest: 0.05 };

/** Base against change, which differs in its cache: so the fake tells them apart. */
function match(): Match {
  const base = scenario({ variants: ['base', 'change'] });
  const [a, change] = base.variants;
  if (a === undefined || change?.system.kind !== 'app') throw new Error('the scenario has no variants');
  const { app } = change.system;
  const b = {
    ...change,
    system: { ...change.system, app: { ...app, cache: { ...app.cache, strategy: 'lock' as const } } },
  };
  return matchOf({ ...base, load: { ...defaultLoad, warmupMs: 0 } }, [a, b], {
    budgetMs: 120_000,
    batches: 2,
    isSideBySide: true,
    pace: paces.processes,
    overrides: {},
    seed: 7,
  });
}

const counters = { http_requests_total: 1000, db_queries_total: 0 };
const script = (requests: number, latencyMs: number) => ({ result: recorded(requests, latencyMs), counters });
const usualSpeed = script(1000, 2);
const slower = script(700, 3);
const faster = script(1400, 1);
const dead = { result: refused(300), counters };

/** A change that is so for its first trials of a batch, and so for those after them. */
function changed(first: typeof usualSpeed, then: typeof usualSpeed = first, after = Infinity): FakePlatform {
  let trials = 0;
  return fakePlatform(({ app }) => {
    if (app.cache.strategy !== 'lock') return usualSpeed;
    return trials++ < after ? first : then;
  });
}

/** `failed rps`: each verdict in short. */
function inShort({ verdicts }: RunRecord): readonly string[] {
  return verdicts.map(({ outcome, expectation }) => `${outcome} ${expectation.slice(0, expectation.indexOf('('))}`);
}

const all = (outcome: string): readonly string[] =>
  ['rps', 'p50', 'error_rate', 'queries_per_request'].map((metric) => `${outcome} ${metric}`);
const allAndHangs = (outcome: string): readonly string[] => [...all(outcome), 'passed hangs'];

describe('gate', () => {
  it('passes a change that makes nothing worse, after the first look', async () => {
    const { lab, events } = await fakeLab(changed(faster));
    const { record, error } = await gate(match(), usual, lab);
    expect(error).toBeUndefined();
    expect(inShort(record)).toEqual(allAndHangs('passed'));
    expect(record.trials).toHaveLength(16);
    expect(record.comparisons).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'look')).toHaveLength(1);
  });

  it('passes what is the same: not that there is no difference, but that none is past the tolerance', async () => {
    const { lab } = await fakeLab(changed(usualSpeed));
    const { record } = await gate(match(), usual, lab);
    expect(inShort(record)).toEqual(allAndHangs('passed'));
    expect(record.verdicts[0]).toMatchObject({ scenario: 'herd', expectation: 'rps(change) >= 0.90 * rps(base)' });
  });

  it('fails a change that fresh rounds find slower again, and keeps both comparisons', async () => {
    const { lab, events } = await fakeLab(changed(slower));
    const { record, folder } = await gate(match(), usual, lab);
    expect(inShort(record)).toEqual([
      'failed rps',
      'failed p50',
      'passed error_rate',
      'passed queries_per_request',
      'passed hangs',
    ]);
    expect(record.verdicts[1]?.reason).toBe('change is 1.50 times slower; 8 fresh rounds confirm it');
    expect(record.verdicts[1]?.evidence).toMatchObject({ limit: 1.1, rounds: 8 });
    expect(events).toContainEqual({ type: 'remark', text: 'a failure is confirmed by fresh rounds' });
    // As many again, none of which was in the first comparison.
    expect(record.trials).toHaveLength(32);
    expect(record.comparisons?.map(({ rounds, looks }) => [rounds.a, rounds.b, looks])).toEqual([
      [8, 8, match().looks.rounds.length],
      [8, 8, 2],
    ]);
    expect(new Set(record.trials.map(({ round }) => round)).size).toBe(16);
    expect(JSON.parse(await readFile(path.join(folder.path, 'run.json'), 'utf8'))).toEqual(record);
  });

  it('does not fail what fresh rounds do not find again', async () => {
    const { lab } = await fakeLab(changed(slower, usualSpeed, 8));
    const { record } = await gate(match(), usual, lab);
    expect(inShort(record)).toEqual([
      'inconclusive rps',
      'inconclusive p50',
      'passed error_rate',
      'passed queries_per_request',
      'passed hangs',
    ]);
    // The first that is looked at is not confirmed, so nothing after it is.
    const reasons = record.verdicts.slice(0, 2).map(({ reason }) => reason);
    expect(reasons).toContainEqual(expect.stringMatching(/; 8 fresh rounds do not confirm it: no difference$/));
    expect(reasons).toContainEqual(
      expect.stringMatching(/; fresh rounds do not confirm .*, which is looked at first$/),
    );
  });

  it('goes on to the last look where the tolerance is within what is not known, and is inconclusive then', async () => {
    let trials = 0;
    const uneven = fakePlatform(({ app }) => {
      if (app.cache.strategy !== 'lock') return usualSpeed;
      return [faster, slower, usualSpeed][trials++ % 3] ?? slower;
    });
    const { lab, events } = await fakeLab(uneven);
    const planned = match();
    const { record } = await gate(planned, usual, lab);
    expect(inShort(record)).toEqual([
      'inconclusive rps',
      'inconclusive p50',
      'passed error_rate',
      'passed queries_per_request',
      'passed hangs',
    ]);
    expect(events.flatMap((event) => (event.type === 'look' ? event.rounds : []))).toEqual(planned.looks.rounds);
    expect(record.comparisons).toHaveLength(1);
  });

  it('tolerates what it is told to, and what is noise on this machine', async () => {
    const told = await fakeLab(changed(slower));
    const first = await gate(match(), { ...usual, tolerances: { rps: 0.5, p50: 0.6 } }, told.lab);
    expect(inShort(first.record)).toEqual(allAndHangs('passed'));
    const noisy = await fakeLab(changed(slower));
    const second = await gate(match(), { ...usual, noise: { rps: 0.5, p50: 0.6 } }, noisy.lab);
    expect(inShort(second.record)).toEqual(allAndHangs('passed'));
    expect(second.record.verdicts[1]?.reason).toBe(
      'change is 1.50 times slower; the tolerance is the noise of this machine, 60%',
    );
  });

  it('fails a change that gives no right answer after three rounds, and asks for no fresh ones', async () => {
    const { lab } = await fakeLab(changed(dead));
    const { record, error } = await gate(match(), usual, lab);
    expect(error).toBeUndefined();
    expect(inShort(record)).toEqual(all('failed'));
    expect(record.verdicts[0]?.reason).toBe('change gave no right answer in 3 rounds: 900 refused');
    expect(record.trials).toHaveLength(6);
    expect(record.comparisons).toHaveLength(1);
  });

  it('fails one that dies in the rounds that were to confirm its slowness', async () => {
    const { lab } = await fakeLab(changed(slower, dead, 8));
    const { record } = await gate(match(), usual, lab);
    expect(inShort(record)).toEqual(all('failed'));
    expect(record.verdicts[0]?.reason).toBe('change gave no right answer in 3 rounds: 900 refused');
  });

  it('is inconclusive where the base gives no right answer', async () => {
    const { lab } = await fakeLab(fakePlatform(({ app }) => (app.cache.strategy === 'lock' ? usualSpeed : dead)));
    const { record } = await gate(match(), usual, lab);
    expect(inShort(record)).toEqual(all('inconclusive'));
    expect(record.verdicts[0]?.reason).toContain('the base is broken');
  });

  it('judges nothing where neither side gives a right answer', async () => {
    const { lab } = await fakeLab(fakePlatform(() => dead));
    const { record, error } = await gate(match(), usual, lab);
    expect(error).toMatchObject({ exitCode: 4 });
    expect(record).toMatchObject({ status: 'broken off', verdicts: [] });
    expect(record.problem).toContain('neither base nor change gave a right answer: base in 3 rounds: 900 refused');
    expect(record.trials).toHaveLength(6);
  });

  it('judges p99 only where every round has 10,000 answers', async () => {
    const many = script(10_000, 0.1);
    const { lab } = await fakeLab(fakePlatform(() => many));
    const { record } = await gate(match(), usual, lab);
    expect(inShort(record)).toContain('passed p99');
  });

  it('judges another metric where it is named', async () => {
    const { lab } = await fakeLab(changed(slower));
    const { record } = await gate(match(), { ...usual, tolerances: { p90: 0.1 } }, lab);
    expect(inShort(record)).toContain('failed p90');
  });

  it.each([
    ['the first rounds', 5],
    ['the rounds that confirm', 12],
  ])('gives no verdict where it is interrupted in %s', async (_, at) => {
    const controller = new AbortController();
    const platform = changed(slower);
    const { lab } = await fakeLab(
      platform,
      (event) => {
        if (event.type === 'trial-finished' && event.trial.round === at) controller.abort(new Interruption('SIGTERM'));
      },
      controller.signal,
    );
    const { record, error } = await gate(match(), usual, lab);
    expect(error).toBeInstanceOf(Interruption);
    expect(record).toMatchObject({ status: 'interrupted', verdicts: [] });
    expect(platform.calls.slice(-2)).toEqual(['down', 'down']);
  });

  it('gives no verdict where one side cannot be deployed', async () => {
    const platform = fakePlatform(({ app }) => {
      if (app.cache.strategy === 'lock') throw new LabError('app-1 of change did not start.');
      return usualSpeed;
    });
    const { lab } = await fakeLab(platform);
    const { record, error } = await gate(match(), usual, lab);
    expect(error).toMatchObject({ exitCode: 4 });
    expect(record).toMatchObject({ status: 'broken off', problem: 'app-1 of change did not start.', verdicts: [] });
    expect(platform.calls.slice(-2)).toEqual(['down', 'down']);
  });
});
