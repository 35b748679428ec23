import { describe, expect, it } from 'vitest';
import { beside, telemetry, trialRecord } from '../../test/fakes/records.ts';
import { scenario } from '../../test/fakes/scenario.ts';
import type { Expectation, MetricReference } from '../model/expectation.ts';
import type { TrialRecord } from '../record/run-record.ts';
import { judge } from './verdicts.ts';

const acts = ['first', 'second', 'third'].map((name) => ({ at: '1s', restart: 'app', name }));
const expectations = (claim: string, replicas = [1]) =>
  scenario({ variants: ['none', 'lock'], replicas, acts, expect: [claim] });

function verdict(claim: string, trials: readonly TrialRecord[], replicas = [1]) {
  const judged = expectations(claim, replicas);
  const [expectation] = judged.expectations;
  if (!expectation) throw new Error('the scenario has no claim');
  const { outcome, reason } = judge(expectation, judged, trials);
  return `${outcome}: ${reason}`;
}

const none = (metrics: Record<string, number>, changes: Partial<TrialRecord> = {}) =>
  trialRecord({ variant: 'none', metrics, ...changes });
const lock = (metrics: Record<string, number>, changes: Partial<TrialRecord> = {}) =>
  trialRecord({ variant: 'lock', metrics, ...changes });

describe('judge', () => {
  it('compares variants and tells both sides in their unit', () => {
    const trials = [none({ rps: 1_000 }), lock({ rps: 4_000 })];
    expect(verdict('rps(lock) > 3 * rps(none)', trials)).toBe('passed: 4,000/s against 3,000/s, 33% above the limit');
    expect(verdict('rps(lock) > 5 * rps(none)', trials)).toBe('failed: 4,000/s against 5,000/s, 20% below the limit');
    expect(verdict('rps(lock) / rps(none) >= 4', trials)).toBe('passed: 4 against 4');
    expect(verdict('rps(lock) - rps(none) < 100/s', trials)).toBe('failed: 3,000/s against 100/s, 30 times the limit');
  });

  it('says in words how far from its limit a value is', () => {
    const words = (p99: number) => /against 100 ms(.*)$/.exec(verdict('p99(lock) < 100ms', [lock({ p99 })]))?.[1];
    const told = [0.4, 10, 33, 50, 52.6, 80, 99.9, 100, 130, 200, 350, 3525].map(words);
    expect(told).toEqual([
      ', <1% of the limit',
      ', a tenth of the limit',
      ', a third of the limit',
      ', half the limit',
      ', 53% of the limit',
      ', 20% below the limit',
      ', <1% below the limit',
      '',
      ', 30% above the limit',
      ', twice the limit',
      ', 3.5 times the limit',
      ', 35 times the limit',
    ]);
  });

  it('looks at every variant that a claim leaves open, and tells the worst', () => {
    const trials = [none({ p99: 48 }), lock({ p99: 12 })];
    expect(verdict('p99 < 50ms', trials)).toBe('passed: 48 ms against 50 ms, 4% below the limit (none)');
    expect(verdict('p99 < 20ms', trials)).toBe('failed: 48 ms against 20 ms, 2.4 times the limit (none)');
  });

  it('looks at every replica count that a claim leaves open', () => {
    const trials = [lock({ recomputes: 1 }), lock({ recomputes: 3 }, { replicas: 2 })];
    expect(verdict('recomputes(lock) <= 2', trials, [1, 2])).toBe(
      'failed: 3 against 2, 50% above the limit (2 replicas)',
    );
    expect(verdict('recomputes(lock, replicas=1) <= 2', trials, [1, 2])).toMatch(/^passed: 1 against 2/);
  });

  it('never passes what was not measured', () => {
    expect(verdict('p99 < 50ms', [none({ p99: 1 })])).toBe('inconclusive: its trial was not run (lock)');
    expect(verdict('queries_per_request(lock) <= 1', [lock({})])).toBe(
      'inconclusive: queries_per_request of lock was not measured',
    );
    expect(verdict('rps(lock) / rps(none) > 1', [none({ rps: 0 }), lock({ rps: 5 })])).toBe(
      'inconclusive: a division by zero',
    );
  });

  it('judges what came of one act, which is at least so much where its end was not seen', () => {
    const act = { kind: 'kill', subjects: ['app-1'], beganMs: 0, endedMs: 1, outcome: 'done', text: '' } as const;
    const late = (ms: number) => {
      const doubts = ['time_to_recover', 'errors'];
      const caveat = {
        kind: 'not-recovered' as const,
        text: 'late',
        doubts,
        bounds: { time_to_recover: {}, errors: {} },
      };
      const first = {
        ...act,
        subjects: ['app-1'],
        name: 'first',
        metrics: { time_to_recover: 1000, errors: 2 },
        caveats: [],
      };
      const metrics = { time_to_recover: ms, errors: 7 };
      return [
        lock(
          { ...metrics, errors: 9 },
          { caveats: [caveat], acts: [first, { ...first, name: 'second', metrics, caveats: [caveat] }] },
        ),
      ];
    };
    const outcome = (claim: string, ms: number) => verdict(claim, late(ms)).split(':')[0];
    expect(outcome('time_to_recover(lock) < 5s', 6000)).toBe('failed');
    expect(outcome('time_to_recover(lock) < 5s', 3000)).toBe('inconclusive');
    expect(outcome('time_to_recover(lock, act=first) < 5s', 6000)).toBe('passed');
    expect(outcome('errors(lock, act=first) == 2', 6000)).toBe('passed');
    expect(outcome('errors(lock, act=second) <= 5', 6000)).toBe('failed');
    expect(verdict('errors(lock, act=third) == 0', late(1))).toBe('inconclusive: lock has no results of third');
  });

  it('judges what a service beside what is tested counted, or says why nobody knows all of it', () => {
    const left: MetricReference = {
      kind: 'metric',
      metric: 'requests',
      variant: 'lock',
      replicas: undefined,
      request: undefined,
      status: undefined,
      service: 'mailer',
      act: undefined,
    };
    const claim: Expectation = { text: '', left, comparator: '>=', right: { kind: 'number', value: 500 } };
    const of = (requests: number | undefined, changes: Partial<TrialRecord> = {}): string => {
      const metrics: Record<string, number> = requests === undefined ? {} : { requests };
      const byService = [{ service: 'mailer', metrics }];
      const { outcome, reason } = judge(claim, expectations('p99 < 1s'), [
        lock({ requests: 9 }, { byService, ...changes }),
      ]);
      return `${outcome}: ${reason}`;
    };
    expect(of(500)).toBe('passed: 500 against 500');
    expect(of(250)).toBe('failed: 250 against 500, half the limit');
    const lost = [{ replica: 'mailer-1', problem: 'it was killed by SIGKILL' }];
    expect(of(undefined, { telemetry: telemetry({}, { beside: [beside('mailer', [], { lost })] }) })).toBe(
      'inconclusive: not all that mailer counted under lock is known: mailer-1: it was killed by SIGKILL',
    );
    expect(of(undefined)).toBe('inconclusive: requests of mailer under lock was not measured');
  });

  it('judges what one service used, and says which there are where that is not one of them', () => {
    const byService = [{ service: 'postgres', metrics: { cpu_per_request: 1.5 } }];
    const trials = [none({ cpu_per_request: 4 }, { byService }), lock({ cpu_per_request: 4, memory_end: 2 ** 28 })];
    expect(verdict('cpu_per_request(none) < 5ms', trials)).toBe('passed: 4 ms against 5 ms, 20% below the limit');
    expect(verdict('cpu_per_request(none, service=postgres) < 1ms', trials)).toBe(
      'failed: 1.50 ms against 1 ms, 50% above the limit',
    );
    expect(verdict('memory_end(lock) <= 200MiB', trials)).toBe('failed: 256 MiB against 200 MiB, 28% above the limit');
    expect(verdict('memory_end(none, service=postgres) < 1GB', trials)).toBe(
      'inconclusive: memory_end of postgres under none was not measured',
    );
    expect(verdict('cpu_per_request(none, service=app-1) < 1ms', trials)).toBe(
      'inconclusive: none has no service app-1 that is watched: there are postgres',
    );
  });

  it('judges by a number that a caveat doubts where the claim comes out alike wherever it lies', () => {
    const bounds = { error_rate: { most: 0.0005 }, p99: {} };
    const caveats: TrialRecord['caveats'] = [
      { kind: 'unfinished', text: '10 requests have had no answer for 8 s', doubts: ['error_rate', 'p99'], bounds },
    ];
    const trials = [
      lock({ error_rate: 0, p99: 30 }, { caveats, round: 1 }),
      lock({ error_rate: 0, p99: 20 }, { round: 2 }),
    ];
    expect(verdict('error_rate(lock) < 0.1%', trials)).toBe(
      'passed: 0%, at most 0.050%, as requests have no answer, against 0.10%',
    );
    expect(verdict('p99(lock) > 10ms', trials)).toMatch(/^passed: 20 ms, or more/);
    expect(verdict('p99(lock) < 10ms', trials)).toMatch(/^failed: 20 ms, or more/);
    const unknown = 'inconclusive: lock: 10 requests have had no answer for 8 s';
    expect(verdict('error_rate(lock) == 0', trials)).toBe(unknown);
    expect(verdict('error_rate(lock) < 0.01%', trials)).toBe(unknown);
    expect(verdict('p99(lock) < 100ms', trials)).toBe(unknown);
    expect(verdict('p99(lock) < 2 * p99(lock)', trials)).toBe(unknown);
    const busy = { kind: 'generator-saturated', text: 'busy', doubts: ['p99'] } as const;
    const doubly = [lock({ p99: 30 }, { caveats: [...caveats, { ...busy, doubts: ['p99'] }] })];
    expect(verdict('p99(lock) > 10ms', doubly)).toBe(unknown);
  });

  it('says why a metric is missing where a caveat knows', () => {
    const caveats: TrialRecord['caveats'] = [{ kind: 'restarted', text: 'app-1 restarted', doubts: ['recomputes'] }];
    expect(verdict('recomputes(lock) <= 2', [lock({}, { caveats })])).toBe('inconclusive: lock: app-1 restarted');
  });

  it('does not judge by a number that a caveat doubts', () => {
    const caveats: TrialRecord['caveats'] = [
      { kind: 'generator-saturated', text: 'the generator was the limit', doubts: ['rps'] },
    ];
    const trials = [lock({ rps: 9_000, recomputes: 1 }, { caveats })];
    expect(verdict('rps(lock) > 100/s', trials)).toBe('inconclusive: lock: the generator was the limit');
    expect(verdict('recomputes(lock) <= 1', trials)).toBe('passed: 1 against 1');
  });

  it('is inconclusive where rounds disagree, and fails or passes where they agree', () => {
    const rounds = (...values: number[]) => values.map((p99, index) => lock({ p99 }, { round: index + 1 }));
    expect(verdict('p99(lock) < 50ms', rounds(40, 45, 60))).toBe(
      'inconclusive: the rounds do not agree: 45 ms (40 to 60) against 50 ms, 10% below the limit',
    );
    expect(verdict('p99(lock) < 50ms', rounds(51, 55, 60))).toBe(
      'failed: 55 ms (51 to 60) against 50 ms, 10% above the limit',
    );
    expect(verdict('p99(lock) < 50ms', rounds(40, 45, 49))).toBe(
      'passed: 45 ms (40 to 49) against 50 ms, 10% below the limit',
    );
  });

  it('takes the interval of the centre from six rounds of a timed metric on: one slow round is not the server', () => {
    const rounds = (...values: number[]) => values.map((p99, index) => lock({ p99 }, { round: index + 1 }));
    expect(verdict('p99(lock) < 50ms', rounds(40, 41, 42, 43, 44, 80))).toMatch(
      /^inconclusive: the rounds do not agree/,
    );
    expect(verdict('p99(lock) < 50ms', rounds(40, 41, 41, 42, 42, 43, 43, 44, 44, 45, 45, 80))).toMatch(
      /^passed: 43 ms \(\d+(\.\d+)? to 4\d(\.\d+)?\) against 50 ms/,
    );
  });

  it('wants every round of counted evidence to hold', () => {
    const rounds = (count: number) =>
      Array.from({ length: count }, (_, index) => lock({ errors: index === 3 ? 1 : 0 }, { round: index + 1 }));
    expect(verdict('errors(lock) == 0', rounds(12))).toBe(
      'inconclusive: the rounds do not agree: 0 (0 to 1) against 0',
    );
    expect(verdict('errors(lock) < 1', rounds(12))).toMatch(/^inconclusive/);
  });

  it('compares variants round by round: what all of a round have in common cancels out', () => {
    const trials = [1, 2, 3].flatMap((round) => [
      none({ rps: 1000 * round }, { round }),
      lock({ rps: 2000 * round }, { round }),
    ]);
    expect(verdict('rps(lock) > 1.9 * rps(none)', trials)).toBe('passed: 4,000/s against 3,800/s, 5% above the limit');
  });

  it('counts answers by their status', () => {
    const { measurement } = lock({});
    const statuses = { '200': 970, '429': 20, '503': 10 };
    const trials = [lock({ responses: 1000 }, { measurement: { ...measurement, statuses } })];
    expect(verdict('responses(lock, status=503) <= 10', trials)).toBe('passed: 10 against 10');
    expect(verdict('responses(lock, status=5xx) == 10', trials)).toBe('passed: 10 against 10');
    expect(verdict('responses(lock, status=404) == 0', trials)).toBe('passed: 0 against 0');
    expect(verdict('response_share(lock, status=429) < 1%', trials)).toBe('failed: 2% against 1%, twice the limit');
  });

  it('says why closed load has nothing dropped, and no response time', () => {
    expect(verdict('dropped(lock) == 0', [lock({ p99: 3 })])).toBe(
      'inconclusive: dropped is of open load only: under lock each request is due when it is sent',
    );
    expect(verdict('p99.response(lock) < 1s', [lock({ p99: 3, 'p99.service': 3 })])).toBe(
      'inconclusive: p99.response is of open load only: under lock each request is due when it is sent',
    );
  });

  it('keeps the numbers beside the words', () => {
    const judged = expectations('p99(lock) < 50ms');
    const [expectation] = judged.expectations;
    const trials = [40, 45, 49].map((p99, index) => lock({ p99 }, { round: index + 1 }));
    expect(expectation && judge(expectation, judged, trials).evidence).toEqual({
      value: 45,
      low: 40,
      high: 49,
      limit: 50,
      margin: 0.1,
      rounds: 3,
    });
  });

  it('keeps no numbers that JSON has not, and judges all the same', () => {
    const judged = expectations('50/s < rps(lock)');
    const [claim] = judged.expectations;
    const { outcome, evidence } = judge(claim ?? expect.fail(), judged, [lock({ rps: 5e-324 })]);
    expect({ outcome, evidence }).toEqual({ outcome: 'failed', evidence: undefined });
  });

  it('counts a failure in one place above missing data in another', () => {
    expect(verdict('p99 < 50ms', [none({ p99: 80 })])).toBe('failed: 80 ms against 50 ms, 60% above the limit (none)');
  });
});
