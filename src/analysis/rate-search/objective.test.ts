import { describe, expect, it } from 'vitest';
import { measurement, openLoad, trialRecord } from '../../../test/fakes/records.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Caveat } from '../../record/run-record.ts';
import { parseObjective } from '../../scenarios/claims/objective.ts';
import { probeOutcome, type ProbeOutcome } from './objective.ts';

function judged(
  slo: string,
  metrics: Record<string, number>,
  caveats: Caveat[] = [],
  changes: Partial<Measurement> = {},
): ProbeOutcome {
  const parsed = parseObjective(slo);
  if (!parsed.ok) throw new Error(parsed.faults.map(({ sentence }) => sentence).join('; '));
  const record = trialRecord({ metrics, caveats, measurement: measurement({ open: openLoad(), ...changes }) });
  return probeOutcome(parsed.claims, record);
}

const objective = 'p99 < 50ms, error_rate < 0.1%';

describe('a probe of an objective', () => {
  it('keeps it where every claim holds, and breaks it where one does not', () => {
    expect(judged(objective, { p99: 41, error_rate: 0 })).toEqual({
      outcome: 'kept',
      why: 'p99 41 ms, error_rate 0%',
    });
    expect(judged(objective, { p99: 41, error_rate: 0.02 })).toEqual({
      outcome: 'broken',
      why: 'error_rate 2% against 0.10%',
    });
  });

  it('breaks it where nothing was answered', () => {
    expect(judged(objective, { error_rate: 0 })).toEqual({ outcome: 'broken', why: 'p99 of aside was not measured' });
  });

  it('breaks it where requests had no answer, whatever the others took', () => {
    const { outcome, why } = judged(objective, { p99: 1, error_rate: 0 }, [], { unfinished: 400 });
    expect([outcome, why]).toEqual(['broken', '2% of 20,000 requests had no answer in the end']);
  });

  it('says nothing of a server that the generator could not load', () => {
    const text = 'the generator was the limit: 900/s of 1,000/s sent';
    const caveat: Caveat = { kind: 'generator-saturated', text, doubts: ['p99'] };
    expect(judged(objective, { p99: 900, error_rate: 0 }, [caveat])).toEqual({ outcome: 'generator', why: text });
  });

  it('goes on with a few requests that have no answer, where the claim holds whatever becomes of them', () => {
    const text = '1 request has had no answer for 2 s';
    const bounds = { errors: { most: 1 }, error_rate: { most: 0.00005 } };
    const caveat: Caveat = { kind: 'unfinished', text, doubts: ['error_rate', 'max'], bounds };
    const changes = { unfinished: 1 };
    expect(judged(objective, { p99: 41, error_rate: 0 }, [caveat], changes).outcome).toBe('kept');
    expect(judged('error_rate == 0', { error_rate: 0 }, [caveat], changes)).toEqual({
      outcome: 'broken',
      why: `aside: ${text}`,
    });
  });

  it('goes on with a percentile of few answers', () => {
    const caveat: Caveat = { kind: 'too-few-samples', text: 'too few', doubts: ['p99'] };
    expect(judged(objective, { p99: 41, error_rate: 0 }, [caveat]).outcome).toBe('kept');
  });
});
