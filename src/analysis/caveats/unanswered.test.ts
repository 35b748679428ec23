import { describe, expect, it } from 'vitest';
import { measurement, openLoad } from '../../../test/fakes/records.ts';
import { defaultLoad, defaultOpen, type WorkerLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { defaultTrust } from '../../scenarios/schema/trust.ts';
import { unansweredCaveats } from './unanswered.ts';

const open: WorkerLoad = { kind: 'open', ...defaultOpen, warmupMs: 0, stages: [], timeoutMs: 10_000, drainMs: 0 };

/** That many requests that have waited for longer than answers take. */
function overdue(requests: number, waitedMs: number, shortestMs = waitedMs): Measurement['waiting'] {
  const counts = { requests, waitedUs: requests * waitedMs * 1000, shortestUs: shortestMs * 1000 };
  return { longestUs: waitedMs * 1000, overdue: counts, histogram: '' };
}

const closedCaveats = (changes: Partial<Measurement>) =>
  unansweredCaveats(measurement(changes), defaultLoad, defaultTrust);
const openCaveats = (changes: Parameters<typeof openLoad>[0], waiting = overdue(0, 0)) =>
  unansweredCaveats(measurement({ waiting, open: openLoad(changes) }), open, defaultTrust);

describe('unansweredCaveats of closed load', () => {
  it('takes what is in flight at the end for none, as long as it has not waited longer than answers take', () => {
    expect(closedCaveats({ unfinished: 50, carried: 50 })).toEqual([]);
  });

  it('doubts what a server that has stopped could change: errors, every percentile, the rate, and what was counted', () => {
    const [caveat] = closedCaveats({ unfinished: 50, waiting: overdue(50, 8000) });
    expect(caveat?.text).toBe(
      '50 requests have had no answer for 8 s: p50, p90, p95, p99, p99.9 may be higher, RPS is not what the server gives, the error rate may be 0.25%',
    );
    const doubted = ['error_rate', 'errors', 'p50', 'p99', 'p99.service', 'mean', 'max', 'worst_second_p99', 'rps'];
    expect(caveat?.doubts).toEqual(expect.arrayContaining([...doubted, 'recomputes', 'queries_per_request']));
    expect(caveat?.doubts).not.toContain('unfinished');
  });

  it('doubts no more than one connection of fifty can change', () => {
    const [caveat] = closedCaveats({ unfinished: 50, waiting: overdue(1, 2000) });
    // 2 of 500 seconds that the connections have.
    expect(caveat?.text).toBe(
      '1 request has had no answer for 2 s: p99, p99.9 may be higher, the error rate may be 0.005%',
    );
    expect(caveat?.doubts).toEqual(expect.arrayContaining(['errors', 'error_rate', 'p99', 'max', 'recomputes']));
    for (const metric of ['rps', 'p50', 'p95', 'queries_per_request']) expect(caveat?.doubts).not.toContain(metric);
  });

  it('knows that errors are none but those, and that latencies can only be higher', () => {
    const [caveat] = closedCaveats({ requests: 9_900, failed: 50, waiting: overdue(50, 8000, 7500) });
    expect(caveat?.text).toContain('50 requests have had no answer for 7.5 s to 8 s');
    expect(caveat?.bounds).toMatchObject({ errors: { most: 100 }, error_rate: { most: 0.01 }, p99: {}, max: {} });
    expect(caveat?.bounds).not.toHaveProperty('rps');
  });
});

describe('unansweredCaveats of open load', () => {
  it('doubts errors and the percentiles that could change, for few of them no more than that', () => {
    expect(openCaveats({})).toEqual([]);
    const [few] = openCaveats({ unsent: 2, unsentLongestUs: 400_000 }, overdue(1, 500));
    expect(few?.text).toBe(
      '1 request has had no answer for 500 ms, and 2 of 20,000 requests were never sent, and due for up to 400 ms: p99.9 may be higher, the error rate may be 0.015%',
    );
    expect(few?.doubts).toEqual(expect.arrayContaining(['error_rate', 'errors', 'p99.9', 'max', 'recomputes']));
    for (const metric of ['p99', 'rps', 'mean']) expect(few?.doubts).not.toContain(metric);
    const [more] = openCaveats({ unsent: 21 });
    expect(more?.doubts).toEqual(expect.arrayContaining(['p99', 'p99.service', 'mean', 'worst_second_p99']));
    expect(more?.doubts).not.toContain('p95');
  });

  it('leaves the rate of answers alone where the others were only not sent, and not where they hang', () => {
    const [late] = openCaveats({ unsent: 5_000, unsentLongestUs: 2_000_000 });
    expect(late?.text).toContain('5,000 of 20,000 requests were never sent, and due for up to 2 s');
    expect(late?.doubts).toEqual(expect.arrayContaining(['p50', 'queries_per_request']));
    expect(late?.doubts).not.toContain('rps');
    const [hanging] = openCaveats({}, overdue(5_000, 8000));
    expect(hanging?.doubts).toContain('rps');
  });

  it('doubts latencies, errors and totals, and no rate, where requests were dropped', () => {
    const [caveat] = openCaveats({ dropped: 1_204 });
    expect(caveat?.kind).toBe('dropped');
    expect(caveat?.text).toBe(
      '1,204 of 20,000 requests were dropped at the limit of requests in flight: the latencies leave them out',
    );
    expect(caveat?.doubts).toEqual(expect.arrayContaining(['mean', 'p50', 'p99.service', 'error_rate', 'recomputes']));
    expect(caveat?.doubts).not.toContain('rps');
    expect(caveat?.bounds?.errors).toEqual({ most: 1_204 });
  });
});
