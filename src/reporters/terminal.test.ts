import { describe, expect, it } from 'vitest';
import { herdMetrics, herdRecord, openHerdRecord } from '../../test/fakes/herd-record.ts';
import { telemetry, timeline, trialRecord } from '../../test/fakes/records.ts';
import { terminalReport } from './terminal.ts';

describe('terminalReport', () => {
  it('fits 80 columns, with evidence in a table of its own', () => {
    expect(terminalReport(herdRecord(), { columns: 80, color: false })).toMatchInlineSnapshot(`
      "scale-lab run r1
        machine   A CPU, 2 cores, 8 GiB, Linux 6
        platform  local, postgresql 18.4, node 20.20.2
        time      20 s, of which under load 18 s
        again     scale-lab run herd --seed 7

      herd
        Does a lock stop the herd?
        1 of 2 claims holds, 1 cannot be told.

        predicted Yes.
        load      10 connections for 10 s
        requests  GET /todos/{todo}
        data      100 users
        settings  stale-while-revalidate: defaults; lock: cache lock

                                   RPS                         p99 ms
        stale-while-revalidate ×1  █████████████▍       2,000  ████████████████████  4
        lock ×1                    ████████████████████ 3,000  ████████████████████ ~4

        variant            N   RPS mean ms p50 ms p95 ms p99 ms p99.9 ms max ms errors
        stale-while-revali 1 2,000       -      1      3      4        5      6      0
        date
        lock               1 3,000       -      1      3     ~4       ~5      6  1,234

        variant                 N  recomputes  recomp/exp
        stale-while-revalidate  1         150          75
        lock                    1           2          75

        answers   stale-while-revalidate ×1: all 200
                  lock ×1: 200: 900, 500: 1,200

        ! lock ×1: errors: 1,200 status-5xx, 34 reset
        ! lock ×1: 900 answers are too few for p99, p99.9
        ! ~ marks what too few answers, or a caveat, speak against
        ! 1 claim not judged: not all that they compare was run

        ? inconclusive p99 < 5ms: lock: too few
        ✓ passed       recomputes(lock) <= 2: 2 against 2

      1 passed, 0 failed, 1 inconclusive
      "
    `);
  });

  it('breaks the names of variants where even narrow gaps do not fit', () => {
    const base = herdRecord();
    const [scenario] = base.scenarios;
    const [trial] = base.trials;
    if (!scenario || !trial) throw new Error('no scenario');
    const several = [1, 2].map((round) => ({ ...trial, round, metrics: { ...herdMetrics, rps: 123_456 } }));
    const text = terminalReport(
      { ...base, scenarios: [{ ...scenario, rounds: 2 }], trials: several },
      { columns: 80, color: false },
    );
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).toContain('±0%');
  });

  it('says where the time goes, why, and what happened when', () => {
    expect(terminalReport(openHerdRecord(), { columns: 80, color: false })).toMatchInlineSnapshot(`
      "scale-lab run r1
        machine   A CPU, 2 cores, 8 GiB, Linux 6
        platform  local, postgresql 18.4, node 20.20.2
        time      20 s, of which under load 18 s
        again     scale-lab run herd --seed 7

      herd
        Does a lock stop the herd?

        predicted Yes.
        load      2,000/s for 10 s, 2 workers
        latency   response time, from the moment when a request was due; "service" is
                  p99 from when it was sent
        requests  GET /todos/{todo}
        data      100 users
        settings  stale-while-revalidate: defaults; lock: cache lock

                                   p99 ms                   RPS
        stale-while-revalidate ×1  ████████████████████ ~4  ████████████████████ 1,200
        lock ×1                    ████████████████████ ~4  ████████████████████ 1,200

        variant                 N  offered    RPS  mean ms  p50 ms  p95 ms
        stale-while-revalidate  1    2,000  1,200        -      ~1      ~3
        lock                    1    2,000  1,200        -      ~1      ~3

        variant                 N  p99 ms  max ms  service  errors  dropped
        stale-while-revalidate  1      ~4      ~6     41.5       0    1,204
        lock                    1      ~4      ~6     41.5       0    1,204

        variant                 N  recomputes  recomp/exp
        stale-while-revalidate  1         150          75
        lock                    1         150          75

        answers   stale-while-revalidate ×1, lock ×1: all 200

        @ stale-while-revalidate ×1, lock ×1: at 3 s key expired: 75 recomputes

        where the time goes, in ms
        variant                 N          all  waiting  network  pool  db  app
        stale-while-revalidate  1  p50   ~44.5        3     0.50    38   2    1
                                   p99  ~1,842    1,800             38
        lock                    1  p50   ~44.5        3     0.50    38   2    1
                                   p99  ~1,842    1,800             38

        → stale-while-revalidate ×1, lock ×1: The system does not keep up: offered
          2,000/s, served 1,200/s. Find the rate that it keeps up with.
          scale-lab max-rps herd --variant stale-while-revalidate --slo 'p99 < 100ms'
        → stale-while-revalidate ×1, lock ×1: The cache recomputed 75 times per
          expiry.

        ! stale-while-revalidate ×1, lock ×1: 1,204 of 20,000 requests were dropped
        ! ~ marks what too few answers, or a caveat, speak against

      There was nothing to judge.
      "
    `);
  });

  it('fits 80 columns with replicas over time, and says when they changed', () => {
    const base = herdRecord();
    const told = telemetry(
      {},
      { timeline: timeline({ 'stack replicas': [...Array<number>(50).fill(1), 2, 4] }), left: [] },
    );
    const annotations = [
      { second: 50, text: '2 replicas serve' },
      { second: 17.5, text: 'the roll-out is over' },
    ];
    const numbers = { ...herdMetrics, replicas_most: 4, scale_out_time: 31_200, dropped: 12_345, errors: 0 };
    const trials = ['fixed', 'autoscaled'].map((variant) =>
      trialRecord({ variant, metrics: numbers, telemetry: told, annotations }),
    );
    const scenarios = base.scenarios.map((scenario) => ({
      ...scenario,
      variants: ['fixed', 'autoscaled'].map((name) => ({ name, settings: 'defaults' })),
      evidence: ['replicas_most', 'scale_out_time', 'dropped', 'errors'],
    }));
    const text = terminalReport({ ...base, scenarios, trials }, { columns: 80, color: false });
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.find((line) => line.includes('replicas over time'))).toContain('most replicas scale-out ms');
    expect(text.replace(/\s+/g, ' ')).toContain('at 50 s 2 replicas serve; at 17.5 s the roll-out is over');
  });

  it('divides a table that is too wide even so', () => {
    const base = openHerdRecord();
    const wide = { offered_rate: 10_000, rps: 12_345, p50: 10_432, p95: 10_432, p99: 10_432, max: 10_432 };
    const trials = base.trials.map((trial) => ({ ...trial, metrics: { ...wide, 'p99.service': 10_432 } }));
    const scenarios = base.scenarios.map((scenario) => ({ ...scenario, rounds: 3 }));
    const lines = terminalReport({ ...base, trials, scenarios }, { columns: 80, color: false }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.trimStart().startsWith('variant')).length).toBeGreaterThan(3);
  });

  it('puts both tables into one where there is room', () => {
    const lines = terminalReport(herdRecord(), { columns: 140, color: false }).split('\n');
    expect(lines.filter((line) => line.trimStart().startsWith('variant'))).toHaveLength(1);
  });

  it('colours only where it may', () => {
    expect(terminalReport(herdRecord(), { columns: 80, color: true })).toContain('\u001b[');
    expect(terminalReport(herdRecord(), { columns: 80, color: false })).not.toContain('\u001b[');
  });
});
