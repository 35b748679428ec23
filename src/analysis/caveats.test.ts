import { describe, expect, it } from 'vitest';
import { measurement, telemetry } from '../../test/fakes/records.ts';
import { caveatsOf, thinPercentiles } from './caveats.ts';

describe('caveatsOf', () => {
  it('has none for a trial that went well', () => {
    expect(caveatsOf(measurement(), telemetry())).toEqual([]);
  });

  it('doubts every time when the generator was the limit, and no count of the client', () => {
    const generator = { cpuRatio: 1, eventLoopUtilisation: 0.99, lagP99Us: 40_000 };
    const [caveat] = caveatsOf(measurement({ generator }), telemetry());
    expect(caveat?.text).toBe('the generator was the limit: its event loop was busy 99% of the time');
    expect(caveat?.doubts).toEqual(expect.arrayContaining(['rps', 'p50', 'p99']));
    expect(caveat?.doubts).not.toContain('error_rate');
  });

  it('doubts a percentile with fewer than ten answers beyond it', () => {
    expect(thinPercentiles(10_000)).toEqual([]);
    expect(thinPercentiles(9_999)).toEqual(['p99.9']);
    expect(thinPercentiles(999)).toEqual(['p99', 'p99.9']);
    expect(caveatsOf(measurement({ requests: 9_999 }), telemetry())).toEqual([]);
    expect(caveatsOf(measurement({ requests: 999 }), telemetry())).toEqual([
      { kind: 'too-few-samples', text: '999 answers are too few for p99 and p99.9', doubts: ['p99', 'p99.9'] },
    ]);
  });

  it('doubts what the server counted when a replica was silent', () => {
    const silent = { replicas: [], silent: [{ replica: 'app-2', problem: 'connection refused' }] };
    const [caveat] = caveatsOf(measurement(), silent);
    expect(caveat?.text).toBe('app-2 did not tell its metrics: connection refused');
    expect(caveat?.doubts).toContain('queries_per_request');
    expect(caveat?.doubts).not.toContain('rps');
  });
});
