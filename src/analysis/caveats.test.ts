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
    expect(caveatsOf(measurement({ requests: 9_999 }), telemetry())).toEqual([
      { kind: 'too-few-samples', text: '9,999 answers are too few for p99.9', doubts: ['p99.9'] },
    ]);
  });

  it('doubts the worst second where a whole second had too few answers', () => {
    const slice = { errors: 0, p50Us: 1000, p99Us: 4500, maxUs: 6000 };
    const timeline = [20_000, 999, 20_000].map((requests, second) => ({ ...slice, second, requests }));
    const [caveat] = caveatsOf(measurement({ timeline }), telemetry());
    expect(caveat?.doubts).toEqual(['worst_second_p99']);
    // The last second may be a short one.
    expect(caveatsOf(measurement({ timeline, durationMs: 1500 }), telemetry())).toEqual([]);
  });

  it('doubts nearly everything where a replica died', () => {
    const lost = { replicas: [], lost: [{ replica: 'app-2', problem: 'it was killed by SIGKILL' }], silent: [] };
    const [caveat] = caveatsOf(measurement(), lost);
    expect(caveat).toMatchObject({ kind: 'restarted', text: 'app-2: it was killed by SIGKILL' });
    expect(caveat?.doubts).toEqual(expect.arrayContaining(['rps', 'p99', 'queries_per_request']));
  });

  it('doubts what the server counted when a replica was silent', () => {
    const silent = { replicas: [], lost: [], silent: [{ replica: 'app-2', problem: 'connection refused' }] };
    const [caveat] = caveatsOf(measurement(), silent);
    expect(caveat?.text).toBe('app-2 did not tell its metrics: connection refused');
    expect(caveat?.doubts).toContain('queries_per_request');
    expect(caveat?.doubts).not.toContain('rps');
  });
});
