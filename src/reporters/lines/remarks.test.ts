import { describe, expect, it } from 'vitest';
import { measurement, trialRecord } from '../../../test/fakes/records.ts';
import type { Row } from '../../analysis/summary.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { eventLines, noteLines } from './remarks.ts';

function row(variant: string, ...rounds: Partial<TrialRecord>[]): Row {
  const trials = rounds.map((changes) => trialRecord({ metrics: {}, variant, ...changes }));
  const caveats = trials.flatMap((trial) => trial.caveats);
  return { scenario: 'herd', variant, replicas: 1, trials, values: {}, caveats };
}

const scenario = {
  name: 'herd',
  question: 'Why?',
  load: '10 connections',
  workers: 1,
  trust: { utilisation: 0.95, lagMs: 50, scheduleLagMs: 10, shortfall: 0.01, samples: 10 },
  workload: [],
  data: '',
  variants: [],
  replicas: [1],
  rounds: 1,
  evidence: [],
  leftOut: [],
};

describe('eventLines', () => {
  it('tells what happened besides the end of the warm-up', () => {
    const warm = { second: 0, text: 'warm-up over' };
    const expired = { second: 3, text: 'key expired: 75 recomputes' };
    const lost = { second: 5, text: 'app-2 was lost: it was killed' };
    expect(eventLines([row('none', { annotations: [warm] })])).toEqual([]);
    expect(eventLines([row('aside', { annotations: [warm, expired, lost] })])).toEqual([
      'aside ×1: at 3 s key expired: 75 recomputes; at 5 s app-2 was lost: it was killed',
    ]);
  });
});

describe('noteLines', () => {
  const note = (kind: TrialRecord['caveats'][number]['kind'], doubts: string[] = []) => ({ kind, text: kind, doubts });

  it('tells the first example of each kind of error beside their numbers', () => {
    const reset = { kind: 'reset' as const, atMs: 5, request: 'GET /a', words: 'read ECONNRESET' };
    const busy = { kind: 'status-5xx' as const, atMs: 7, request: 'POST /b', status: 503, body: 'busy' };
    const failed = { failed: 3, errors: { 'status-5xx': 2, reset: 1 } };
    const round = (causes: (typeof reset | typeof busy)[]) => ({ measurement: measurement({ ...failed, causes }) });
    expect(
      noteLines(scenario, [row('none', round([reset]), round([{ ...reset, request: 'GET /z' }, busy]))], []),
    ).toEqual([
      'none ×1: errors: 4 status-5xx, 2 reset',
      'none ×1: first reset: GET /a: read ECONNRESET',
      'none ×1: first status-5xx: POST /b: 503, "busy"',
    ]);
  });

  it('says once what holds of several rounds with other numbers', () => {
    const late = (ms: number) => ({
      caveats: [{ kind: 'generator-saturated' as const, text: `timers were ${ms} ms late`, doubts: ['rps'] }],
    });
    expect(noteLines(scenario, [row('none', late(61), {}, late(72.5))], [])).toEqual([
      'none ×1: timers were 72.5 ms late (likewise in 2 of 3 rounds)',
    ]);
    expect(noteLines(scenario, [row('none', late(61), late(61))], [])).toEqual(['none ×1: timers were 61 ms late']);
  });

  it('tells what is wrong beyond p99.9, and leaves the rest to the marks', () => {
    const caveats = [
      note('too-few-samples', ['p99.9']),
      note('unfinished', ['p99.9', 'max']),
      note('dropped', ['p50']),
    ];
    // That requests have no answer is told in any case: errors are in doubt, which have no mark.
    expect(noteLines(scenario, [row('none', { caveats })], [])).toEqual(['none ×1: unfinished', 'none ×1: dropped']);
    expect(noteLines(scenario, [row('none', { caveats: [note('too-few-samples', ['p99'])] })], [])).toEqual([
      'none ×1: too-few-samples',
    ]);
  });

  it('says the same of several rows at once, such as that a target tells nothing', () => {
    const caveats = [note('no-telemetry')];
    expect(noteLines(scenario, [row('one', { caveats }), row('two', { caveats })], [])).toEqual([
      'one ×1, two ×1: no-telemetry',
    ]);
  });

  it('does not repeat what a finding says', () => {
    const caveats = [note('throttled')];
    const findings = [{ kind: 'throttled', text: 'app-1 was at its CPU limit.' }];
    expect(noteLines(scenario, [row('none', { caveats })], [])).toEqual(['none ×1: throttled']);
    expect(noteLines(scenario, [row('none', { caveats, findings })], [])).toEqual([]);
  });
});
