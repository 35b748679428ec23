import { beforeAll, describe, expect, it } from 'vitest';
import { caseText, type FaultCase, type Phase, phases, systemNames, type SystemName } from '../faults/case.ts';
import { caseOf, faultsOn } from '../faults/draw.ts';
import { localPlace } from '../faults/local-place.ts';
import type { Result } from '../faults/results.ts';
import { summaryOf } from '../faults/summary.ts';
import { problemOfSystem } from '../faults/systems.ts';
import { faultOf, tryCases, type Tried } from '../faults/try-case.ts';

const of = (
  command: FaultCase['command'],
  fault: string,
  phase: Phase,
  share: number,
  system: FaultCase['system'] = 'stores',
): FaultCase => {
  return { platform: 'local', command, system, fault, phase, share };
};

/** Of each kind one, at moments spread over all phases. */
const sample: readonly FaultCase[] = [
  of('run', 'SIGKILL beside what `up --detach` left', 'measuring', 0.5),
  of('gate', 'SIGKILL', 'warm-up', 0.5),
  of('run', 'SIGINT', 'measuring', 0.3),
  of('compare', 'SIGTERM', 'set-up', 0.6),
  of('max-rps', 'SIGHUP', 'between trials', 0.4),
  of('run', 'SIGINT twice', 'set-up', 0.8),
  of('run', 'SIGKILL of PostgreSQL', 'measuring', 0.2),
  of('up', 'SIGSTOP of Redis', 'measuring', 0.1),
  of('run', 'full disk for results', 'between trials', 0.5),
  of('run', 'full disk for standard output', 'measuring', 0.1),
  of('run', 'results folder that cannot be written', 'warm-up', 0.5),
  of('run', 'temporary folder removed', 'between trials', 0.2),
  of('run', 'SIGKILL of PgBouncer', 'measuring', 0.2, 'pooler'),
  of('run', 'SIGKILL of the link to PgBouncer', 'warm-up', 0.5, 'pooler'),
  of('run', 'SIGKILL of RabbitMQ', 'measuring', 0.2, 'messages'),
  of('run', 'SIGKILL of the notifier', 'measuring', 0.2, 'messages'),
];

describe('a run that is disturbed', { timeout: 60_000 }, () => {
  const missing = new Map<FaultCase, string>();
  const tried = new Map<FaultCase, Tried>();

  beforeAll(async () => {
    const place = localPlace();
    const problems = new Map<SystemName, string | undefined>();
    for (const name of systemNames) problems.set(name, await problemOfSystem(name, place));
    for (const kase of sample) {
      const why = faultOf(kase).missing?.({}) ?? problems.get(kase.system);
      if (why !== undefined) missing.set(kase, why);
    }
    const possible = sample.filter((kase) => !missing.has(kase));
    await tryCases(possible, place, { abreast: 3, onTried: (kase, seen) => void tried.set(kase, seen) });
  }, 600_000);

  it.for(sample.map((kase) => [caseText(kase), kase] as const))('ends in order: %s', ([, kase], context) => {
    const why = missing.get(kase);
    if (why !== undefined) context.skip(why);
    const { failed, written } = tried.get(kase) ?? { failed: undefined, written: '' };
    expect(failed, written).toEqual([]);
  });

  it('is met by most faults before it is over', () => {
    const held = [...tried.values()].filter(({ outcome }) => outcome === 'held');
    expect(held.length).toBeGreaterThan(tried.size / 2);
  });
});

describe('a case', () => {
  it('is the same for the same seed and number', () => {
    expect(caseOf({ platform: 'local', seed: 7 }, 5)).toEqual(caseOf({ platform: 'local', seed: 7 }, 5));
    expect(caseOf({ platform: 'local', seed: 7 }, 5)).not.toEqual(caseOf({ platform: 'local', seed: 8 }, 5));
  });

  it.each(['local', 'docker', 'kubernetes'] as const)('meets every fault before one is met twice: %s', (platform) => {
    const all = faultsOn(platform).map(({ name }) => name);
    const turn = (from: number): readonly string[] =>
      all.map((_, index) => caseOf({ platform, seed: 3 }, from + index).fault);
    expect([...turn(1)].sort()).toEqual([...all].sort());
    expect([...turn(1 + all.length)].sort()).toEqual([...all].sort());
    expect(turn(1)).not.toEqual(turn(1 + all.length));
  });

  it('strikes in every phase, by turns', () => {
    const { length } = faultsOn('local');
    const met = Array.from({ length: 30 * length }, (_, index) => caseOf({ platform: 'local', seed: 1 }, index + 1));
    const ofSigint = met.filter(({ fault }) => fault === 'SIGINT');
    expect(new Set(ofSigint.map(({ phase }) => phase))).toEqual(new Set(phases));
    // Each of the 22 moments of its five commands before one of them comes again.
    expect(new Set(ofSigint.slice(0, 22).map(({ command, phase }) => `${command} ${phase}`)).size).toBe(22);
    expect(new Set(ofSigint.slice(0, 3).map(({ system }) => system)).size).toBe(3);
  });
});

describe('the summary', () => {
  const result = (outcome: Result['outcome'], number: number): Result => ({
    ...of('run', 'SIGINT', 'measuring', 0.5),
    ...{ commit: 'abc1234', seed: 1, number, outcome, tookMs: 1000 },
    failed: outcome === 'failed' ? [{ check: 'nothing left', why: 'It left: a' }] : [],
  });

  it('adds up what became of each fault, and says what failed', () => {
    const summary = summaryOf([result('held', 1), result('failed', 2), result('too late', 3)]);
    expect(summary).toContain('2 cases (2 on local; 2 of stores), of which 1 failed, at abc1234. 1 more run ended');
    expect(summary).toContain('| SIGINT | 1 of 2 | not tried | not tried | nothing left (local) |');
    expect(summary).toContain('| temporary folder removed | not tried | – | – |  |');
  });
});
