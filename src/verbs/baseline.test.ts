import { describe, expect, it } from 'vitest';
import { fakeLab, recorded, refused } from '../../test/fakes/lab.ts';
import { fakePlatform, type FakePlatform, type Script } from '../../test/fakes/platform.ts';
import { scenario } from '../../test/fakes/scenario.ts';
import { Interruption } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import type { RunRecord } from '../record/run-record.ts';
import { planOfScenarios } from '../scenarios/planning/expand.ts';
import { gateOnBaseline } from './baseline.ts';
import type { Gate } from './gate.ts';
import { run } from './run.ts';

const usual: Gate = { tolerances: {}, noise: {}, smallest: 0.05 };
const herd = scenario({ variants: ['aside'], replicas: [1, 2] });

function plan(rounds: number): Plan {
  return planOfScenarios([{ ...herd, rounds }], {}, 7);
}

const script = (requests: number, latencyMs: number): Script => ({
  result: recorded(requests, latencyMs),
  counters: {},
});
const usualSpeed = script(1000, 2);
const slower = script(700, 3);

/** Two replicas are slower for as many trials as that. */
function slowerAtTwo(trials: number): FakePlatform {
  let done = 0;
  return fakePlatform(({ replicas }) => (replicas === 2 && done++ < trials ? slower : usualSpeed));
}

/** A run of six rounds, of the usual speed. */
async function saved(): Promise<RunRecord> {
  const { lab } = await fakeLab(fakePlatform(() => usualSpeed));
  const { record } = await run(plan(6), lab);
  return record;
}

/** Of the verdicts about p50: each in short. */
function ofP50({ verdicts }: RunRecord): readonly string[] {
  return verdicts.flatMap(({ outcome, expectation }) =>
    expectation.startsWith('p50') ? `${outcome}: ${expectation}` : [],
  );
}

const claim = (replicas: number): string => `p50(aside ×${replicas}, now) <= 1.10 * p50(aside ×${replicas}, baseline)`;

describe('a gate on a saved run', () => {
  it('passes what is as it was, row by row, with the first half of the rounds', async () => {
    const platform = fakePlatform(() => usualSpeed);
    const { lab } = await fakeLab(platform);
    const before = await saved();
    const { record, error } = await gateOnBaseline(plan(12), before, () => usual, lab);
    expect(error).toBeUndefined();
    expect(new Set(ofP50(record))).toEqual(new Set([`passed: ${claim(1)}`, `passed: ${claim(2)}`]));
    expect(record.verdicts.every(({ outcome }) => outcome === 'passed')).toBe(true);
    expect(record.trials).toHaveLength(12);
    expect(record.comparisons?.map(({ paired, a, b, rounds }) => [paired, a.run, b.run, rounds.a, rounds.b])).toEqual([
      [false, before.id, record.id, 6, 6],
      [false, before.id, record.id, 6, 6],
    ]);
    expect(platform.calls.at(0)).toBe('up postgres');
    expect(platform.calls.at(-1)).toBe('down');
  });

  it('fails the row that is slower, and no other, once the second half has confirmed it', async () => {
    const { lab } = await fakeLab(slowerAtTwo(Infinity));
    const { record } = await gateOnBaseline(plan(12), await saved(), () => usual, lab);
    expect(new Set(ofP50(record))).toEqual(new Set([`passed: ${claim(1)}`, `failed: ${claim(2)}`]));
    const failed = record.verdicts.find(({ expectation }) => expectation === claim(2));
    expect(failed?.reason).toBe('now is 1.50 times slower; 6 fresh rounds confirm it');
    expect(record.trials).toHaveLength(24);
  });

  it('does not fail what the second half does not find again', async () => {
    const { lab } = await fakeLab(slowerAtTwo(6));
    const { record } = await gateOnBaseline(plan(12), await saved(), () => usual, lab);
    expect(new Set(ofP50(record))).toEqual(new Set([`passed: ${claim(1)}`, `inconclusive: ${claim(2)}`]));
  });

  it('runs nothing on another machine or of another experiment, and every row is inconclusive with the reasons', async () => {
    const platform = fakePlatform(() => usualSpeed);
    const { lab } = await fakeLab(platform);
    const before = await saved();
    const elsewhere = {
      ...before,
      machine: { ...before.machine, cpu: 'Another CPU' },
      scenarios: before.scenarios.map((it) => ({ ...it, load: 'another load' })),
    };
    const { record } = await gateOnBaseline(plan(12), elsewhere, () => usual, lab);
    expect(platform.calls).toEqual([]);
    expect(record.verdicts.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive']);
    expect(new Set(record.verdicts.map(({ expectation }) => expectation))).toEqual(
      new Set([`aside ×1 is no worse than in run ${before.id}`, `aside ×2 is no worse than in run ${before.id}`]),
    );
    expect(record.verdicts[0]?.reason).toMatch(
      /^the two cannot be compared: the CPU was Another CPU, is .+; herd: the load was another load, is .+$/,
    );
  });

  it('is inconclusive on a row that the saved run has not measured', async () => {
    const { lab } = await fakeLab(fakePlatform(() => usualSpeed));
    const before = await saved();
    const half = { ...before, trials: before.trials.filter(({ replicas }) => replicas === 1) };
    const { record } = await gateOnBaseline(plan(12), half, () => usual, lab);
    expect(new Set(ofP50(record))).toEqual(new Set([`passed: ${claim(1)}`, `inconclusive: ${claim(2)}`]));
    expect(record.verdicts.find(({ expectation }) => expectation === claim(2))?.reason).toBe('nothing was measured');
  });

  it('gives no verdict where it is interrupted', async () => {
    const controller = new AbortController();
    const platform = slowerAtTwo(Infinity);
    const { lab } = await fakeLab(
      platform,
      (event) => {
        if (event.type === 'trial-finished' && event.trial.round === 8) controller.abort(new Interruption('SIGINT'));
      },
      controller.signal,
    );
    const { record, error } = await gateOnBaseline(plan(12), await saved(), () => usual, lab);
    expect(error).toBeInstanceOf(Interruption);
    expect(record).toMatchObject({ status: 'interrupted', verdicts: [] });
    expect(platform.calls.at(-1)).toBe('down');
  });

  it('fails the row that gives no right answer any more, without more rounds', async () => {
    const dead: Script = { result: refused(300), counters: {} };
    const { lab } = await fakeLab(fakePlatform(({ replicas }) => (replicas === 2 ? dead : usualSpeed)));
    const { record } = await gateOnBaseline(plan(12), await saved(), () => usual, lab);
    expect(new Set(ofP50(record))).toEqual(new Set([`passed: ${claim(1)}`, `failed: ${claim(2)}`]));
    expect(record.trials).toHaveLength(12);
    expect(record.verdicts.find(({ outcome }) => outcome === 'failed')?.reason).toBe(
      'now gave no right answer in 6 rounds: 1,800 refused',
    );
  });

  it('judges nothing where neither the saved run nor this one has a right answer', async () => {
    const dead = fakePlatform(() => ({ result: refused(300), counters: {} }));
    const before = await run(plan(6), (await fakeLab(dead)).lab);
    const { lab } = await fakeLab(dead);
    const { record, error } = await gateOnBaseline(plan(12), before.record, () => usual, lab);
    expect(error).toMatchObject({ exitCode: 4 });
    expect(record.verdicts).toEqual([]);
    expect(record.problem).toContain('neither baseline nor now gave a right answer');
  });
});
