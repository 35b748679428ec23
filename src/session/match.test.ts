import { describe, expect, it } from 'vitest';
import { scenario } from '../../test/fakes/scenario.ts';
import { UsageError } from '../model/errors.ts';
import { defaultBurst, defaultLoad, loadMs } from '../model/load-profile.ts';
import { paces } from '../model/plan.ts';
import type { Scenario, Variant } from '../model/scenario.ts';
import { matchOf, type Match, type MatchSettings } from './match.ts';

const base = scenario({ variants: ['aside', 'lock', 'none'], replicas: [1, 2], expect: ['error_rate == 0'] });
const [aside, lock] = base.variants;
if (aside === undefined || lock === undefined) throw new Error('the scenario has no variants');
const sides: readonly [Variant, Variant] = [aside, lock];

const twoMinutes: MatchSettings = {
  budgetMs: 120_000,
  batches: 1,
  isSideBySide: true,
  pace: paces.processes,
  overrides: {},
  seed: 7,
};

function match(changes: Partial<MatchSettings> = {}, of: Scenario = base): Match {
  return matchOf(of, sides, { ...twoMinutes, ...changes });
}

/** About how long all rounds take, by the plan. */
function plannedMs({ plan }: Match, overheadMs: number): number {
  return plan.trials.reduce((sum, { load }) => sum + loadMs(load) + overheadMs, 0);
}

describe('a match', () => {
  it('has rounds of both sides, short enough for 27 of them to fit the budget', () => {
    const { plan, scenario: chosen, looks, ...rest } = match();
    expect(rest).toMatchObject({ a: 'aside', b: 'lock', replicas: 1, roundsMs: 117_000, isSideBySide: true });
    expect(looks.rounds).toEqual([8, 12, 18, 27]);
    expect(chosen.load).toEqual({ ...defaultLoad, warmupMs: 500, durationMs: 1400 });
    expect(plan.trials).toHaveLength(54);
    expect(plannedMs(match(), 200)).toBeLessThanOrEqual(117_000);
    // It is no run of the scenario: what that claims is not judged.
    expect(plan.scenarios.map(({ expectations, variants }) => [expectations.length, variants.length])).toEqual([
      [0, 2],
    ]);
  });

  it('has both sides once in each round, in an order that the seed decides', () => {
    const { plan } = match();
    const order = Array.from({ length: 27 }, (_, index) =>
      plan.trials.filter(({ round }) => round === index + 1).map(({ variant }) => variant),
    );
    expect(order.every((round) => round.toSorted().join() === 'aside,lock')).toBe(true);
    const asideFirst = order.filter(([first]) => first === 'aside').length;
    expect(asideFirst).toBeGreaterThan(5);
    expect(asideFirst).toBeLessThan(22);
    expect(match().plan).toEqual(plan);
    expect(match({ seed: 8 }).plan.trials.map(({ variant }) => variant)).not.toEqual(order.flat());
    // Both sides of a round get the same requests.
    expect(new Set(plan.trials.map(({ seed }) => seed)).size).toBe(27);
  });

  it('has shorter rounds for two batches, and looks at them for as long as the budget lasts', () => {
    const { looks, plan, roundsMs } = match({ batches: 2 });
    expect(roundsMs).toBe(117_000);
    expect(looks.rounds.at(-1)).toBeGreaterThan(match().looks.rounds.at(-1) ?? NaN);
    expect(plan.trials.length).toBeGreaterThanOrEqual(2 * (looks.rounds.at(-1) ?? NaN));
  });

  it('makes closed load open at a rate', () => {
    const { scenario: chosen } = match({ overrides: { ratePerSecond: 200 } });
    expect(chosen.load).toMatchObject({ kind: 'open', stages: [{ fromPerSecond: 200, toPerSecond: 200 }] });
  });

  it('keeps the claims that hold of either side', () => {
    const claims = ['error_rate == 0', 'p99(lock) < 50ms'];
    const of = scenario({ variants: ['aside', 'lock'], expect: claims });
    expect(match({}, of).claims.map(({ text }) => text)).toEqual(['error_rate == 0']);
  });

  it('gives sides that take turns the time to be deployed and to warm up', () => {
    const { scenario: chosen, looks } = match({ isSideBySide: false });
    expect(chosen.load).toEqual({ ...defaultLoad, durationMs: 500 });
    expect(looks.rounds).toEqual([8, 12, 18]);
    expect(plannedMs(match({ isSideBySide: false }), 700)).toBeLessThanOrEqual(117_000);
  });

  it('keeps the times that it is told, at the cost of rounds', () => {
    const { scenario: chosen, looks } = match({ overrides: { durationMs: 4000, warmupMs: 1000 } });
    expect(chosen.load).toMatchObject({ durationMs: 4000, warmupMs: 1000 });
    expect(looks.rounds).toEqual([8, 11]);
  });

  it('makes no round longer than the scenario has it, however long the budget', () => {
    const { scenario: chosen, looks } = match({ budgetMs: 3_600_000 });
    expect(chosen.load).toMatchObject({ durationMs: defaultLoad.durationMs });
    expect(looks.rounds.at(-1)).toBe(60);
  });

  it('leaves a load that cannot be shortened as it is', () => {
    const burst = { ...defaultBurst, times: 2, everyMs: 500 };
    expect(match({}, { ...base, load: burst }).scenario.load).toEqual(burst);
  });

  it('leaves a load as it is in which something is done: it has to go on at that moment', () => {
    const scale = { kind: 'scale', name: 'scale-app', service: 'app', atMs: 5_000, to: 2 } as const;
    const { load } = matchOf(base, [aside, { ...lock, acts: [scale] }], { ...twoMinutes, budgetMs: 900_000 }).scenario;
    expect(load).toEqual(defaultLoad);
  });

  it('is at the replica count that is named, and at one only', () => {
    expect(match({ overrides: { replicas: [2] } })).toMatchObject({ replicas: 2, scenario: { replicas: [2] } });
    expect(() => match({ overrides: { replicas: [1, 2] } })).toThrow(UsageError);
  });

  it('is refused where there is no time for rounds enough, with how long it would take', () => {
    const short = {
      name: 'UsageError',
      hint: expect.stringMatching(/^Give it --budget 2m, or shorter rounds/) as string,
    };
    expect(() => match({ budgetMs: 10_000 })).toThrow(
      'In 10 s no difference can be told from chance: a round of both sides takes 3 s',
    );
    expect(() => match({ budgetMs: 10_000 })).toThrow(expect.objectContaining(short));
    // What the hint says is enough.
    expect(match({ budgetMs: 120_000 }).looks.rounds.length).toBeGreaterThan(0);
    expect(() => match({ overrides: { durationMs: 60_000 } })).toThrow(UsageError);
  });
});
