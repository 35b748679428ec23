import { describe, expect, it } from 'vitest';
import { measurement } from '../../../test/fakes/records.ts';
import { defaultBurst, defaultLoad, type WorkerLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { defaultTrust } from '../../scenarios/schema/trust.ts';
import { generatorPause } from './generator-pause.ts';

function caveats(pauseMs: number, changes: Partial<Measurement> = {}, load: WorkerLoad = defaultLoad) {
  const known = measurement(changes);
  const generator = { ...known.generator, longestPauseUs: pauseMs * 1000, pauseEndedAtMs: 3600 };
  return generatorPause({ ...known, generator }, load, defaultTrust);
}

describe('generatorPause', () => {
  it('says when a generator stood still, though p99 of its lag is small, and doubts rates, means and what is slowest', () => {
    const [caveat, ...others] = caveats(3000, { durationMs: 4000 });
    expect(others).toEqual([]);
    expect(caveat?.text).toBe(
      'the load generator stood still for 3 s from 600 ms on: what it did not send or read meanwhile is not the system’s doing',
    );
    expect(caveat?.doubts).toEqual(
      expect.arrayContaining(['rps', 'mean', 'p99', 'worst_second_p99', 'event_loop_utilisation']),
    );
    // Fifty connections had one request each in it, of 20,000: the median is what it is.
    for (const metric of ['error_rate', 'p50', 'p95']) expect(caveat?.doubts).not.toContain(metric);
    expect(caveats(3000, { durationMs: 4000 }, defaultBurst)[0]?.doubts).toContain('p50');
  });

  it('doubts errors where the pause was as long as an answer may take', () => {
    const load = { ...defaultLoad, timeoutMs: 1000 };
    expect(caveats(1000, {}, load)[0]?.doubts).toEqual(expect.arrayContaining(['errors', 'error_rate']));
    expect(caveats(999, {}, load)[0]?.doubts).not.toContain('error_rate');
  });

  it('has nothing to say of the pauses that the scenario trusts', () => {
    expect(caveats(50)).toEqual([]);
  });

  it('leaves a rate alone from which it took next to nothing', () => {
    expect(caveats(400)[0]?.doubts).not.toContain('rps');
    expect(caveats(600)[0]?.doubts).toContain('rps');
  });

  it('doubts of a short pause what it can have changed: of closed load a request a connection', () => {
    // 50 of 20,000 requests.
    expect(caveats(80)[0]?.doubts).toEqual(['p99', 'p99.9', 'p99.response', 'p99.service', 'max', 'worst_second_p99']);
    expect(caveats(80, { requests: 1_000_000 })[0]?.doubts).toEqual(['max', 'worst_second_p99']);
    expect(caveats(80, {}, defaultBurst)[0]?.doubts).toContain('p95');
  });

  it('leaves latencies alone that are far longer than the pause', () => {
    const slow = { p50Us: 1e6, p90Us: 2e6, p95Us: 2e6, p99Us: 3e6, p999Us: 3e6, maxUs: 4e6 };
    const { latency } = measurement();
    expect(caveats(80, { latency: { ...latency, ...slow } })).toEqual([]);
  });
});
