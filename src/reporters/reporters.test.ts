import { describe, expect, it } from 'vitest';
import { anatomy, measurement, openLoad, telemetry, timeline, trialRecord } from '../../test/fakes/records.ts';
import { runRecord } from '../../test/fakes/run-record.ts';
import type { RunRecord, Telemetry, TrialRecord } from '../result.ts';
import { layoutOf } from './layout.ts';
import { markdownReport } from './markdown.ts';
import { terminalReport } from './terminal.ts';

const metrics = { rps: 2000, p50: 1, p95: 3, p99: 4, 'p99.9': 5, max: 6, recomputes: 150, recomputes_per_expiry: 75 };

function record(changes: Partial<RunRecord> = {}): RunRecord {
  const scenario = {
    prediction: 'Yes.',
    variants: [
      { name: 'stale-while-revalidate', settings: 'defaults' },
      { name: 'lock', settings: 'cache lock' },
    ],
    evidence: ['recomputes', 'recomputes_per_expiry'],
    leftOut: ['p99(xfetch) < 1ms'],
  };
  const usual: Partial<RunRecord> = {
    versions: { postgresql: '18.4' },
    plannedTrials: 2,
    trials: [
      trialRecord({ variant: 'stale-while-revalidate', metrics }),
      trialRecord({
        number: 2,
        variant: 'lock',
        metrics: { ...metrics, rps: 3000, recomputes: 2 },
        measurement: measurement({ requests: 900, failed: 1234, errors: { 'status-5xx': 1200, reset: 34 } }),
        caveats: [
          { kind: 'too-few-samples', text: '900 answers are too few for p99, p99.9', doubts: ['p99', 'p99.9'] },
        ],
      }),
    ],
    verdicts: [
      { scenario: 'herd', expectation: 'p99 < 5ms', outcome: 'inconclusive', reason: 'lock: too few' },
      { scenario: 'herd', expectation: 'recomputes(lock) <= 2', outcome: 'passed', reason: '2 against 2' },
    ],
  };
  return runRecord({ ...usual, ...changes }, scenario);
}

/** A run of open load that the system did not keep up with. */
function openRecord(): RunRecord {
  const base = record();
  const parts = { waiting: 1800, network: 0.5, pool: 38, db: 2, app: 1 };
  const slow = { atMs: 4200, request: 'GET /todos/|7|', latencyUs: 2_000_000, parts: { waiting: 1_900_000 } };
  const trial = trialRecord({
    variant: 'stale-while-revalidate',
    metrics: { ...metrics, offered_rate: 2000, rps: 1200, 'p99.service': 41.5 },
    measurement: measurement({
      open: openLoad({ offered: 20_000, dropped: 1204 }),
      anatomy: [anatomy('p50', { ...parts, waiting: 3 }), anatomy('p99', parts)],
      slowest: [slow, slow, slow, slow],
    }),
    caveats: [{ kind: 'dropped', text: '1,204 of 20,000 requests were dropped', doubts: ['p50', 'p95', 'p99', 'max'] }],
    findings: [
      { kind: 'waiting-to-be-sent', text: 'The system does not keep up: offered 2,000/s, served 1,200/s.' },
      { kind: 'herd', text: 'The cache recomputed 75 times per expiry.' },
    ],
    annotations: [
      { second: 0, text: 'warm-up over' },
      { second: 3, text: 'key expired: 75 recomputes' },
    ],
  });
  const scenarios = base.scenarios.map((scenario) => ({
    ...scenario,
    load: '2,000/s for 10 s',
    workers: 2,
    leftOut: [],
  }));
  return { ...base, scenarios, trials: [trial, { ...trial, variant: 'lock' }], verdicts: [] };
}

describe('layoutOf', () => {
  it('marks what is not to be leaned on, and no variant with errors as the best', () => {
    const [section] = layoutOf(record()).sections;
    expect(section?.timings.rows[1]).toEqual([
      { text: 'lock' },
      { text: '1' },
      { text: '3,000' },
      { text: '1' },
      { text: '3' },
      { text: '~4', mark: 'doubtful' },
      { text: '~5', mark: 'doubtful' },
      { text: '6' },
      { text: '1,234', mark: 'doubtful' },
    ]);
    expect(section?.evidence.rows[1]?.[2]).toEqual({ text: '2' });
  });

  it('says what is in doubt, and how many claims were not judged', () => {
    expect(layoutOf(record()).sections[0]?.notes).toEqual([
      'lock ×1: errors: 1,200 status-5xx, 34 reset',
      'lock ×1: 900 answers are too few for p99, p99.9',
      '~ marks what too few answers, or a caveat, speak against',
      '1 claim not judged: not all that they compare was selected',
    ]);
  });

  it('shows the spread of rounds', () => {
    const base = record();
    const [scenario] = base.scenarios;
    if (!scenario) throw new Error('no scenario');
    const rounds = [1800, 2000, 2300].map((rps, index) =>
      trialRecord({ variant: 'lock', round: index + 1, metrics: { ...metrics, rps } }),
    );
    const [section] = layoutOf({ ...base, scenarios: [{ ...scenario, rounds: 3 }], trials: rounds }).sections;
    expect(section?.timings.headings.slice(0, 4)).toEqual(['variant', 'N', 'RPS', 'spread']);
    expect(section?.timings.rows[0]?.slice(2, 4)).toEqual([{ text: '2,000' }, { text: '±12.5%' }]);
  });

  it('draws the p99 of every second where the worst of them is evidence', () => {
    const base = record();
    const [scenario] = base.scenarios;
    if (!scenario) throw new Error('no scenario');
    const slice = { sent: 2000, requests: 2000, errors: 0, p50Us: 1000, maxUs: 1_000_000 };
    const seconds = [1000, 30_000, 1_000_000].map((p99Us, second) => ({ ...slice, second, p99Us }));
    // Neither the warm-up nor what came after the measured time is drawn.
    const around = [-1, 10].map((second) => ({ ...slice, second, p99Us: 2_000_000 }));
    const timeline = [...seconds, ...around];
    const trials = [trialRecord({ variant: 'lock', metrics, measurement: measurement({ timeline }) })];
    const scenarios = [{ ...scenario, evidence: ['worst_second_p99'] }];
    const [section] = layoutOf({ ...base, scenarios, trials }).sections;
    expect(section?.evidence.headings.at(-1)).toBe('p99 by second');
    expect(section?.evidence.rows[0]?.at(-1)?.text).toBe('▁▄█');
  });

  it('draws how many replicas answered where they come and go, and of a long trial the fewest in each stretch', () => {
    const serving = (variant: string, values: number[], changes: Partial<Telemetry> = {}) => {
      const told = telemetry({}, { timeline: timeline({ 'stack replicas': values }), ...changes });
      return trialRecord({ variant, metrics, telemetry: told });
    };
    const long = [...Array<number>(44).fill(2), 3, 3, 3, 1];
    const base = record();
    const columnOf = (trials: TrialRecord[]) => {
      const [section] = layoutOf({ ...base, trials }).sections;
      return [section?.evidence.headings.at(-1), ...(section?.evidence.rows ?? []).map((cells) => cells.at(-1)?.text)];
    };
    const still = serving('lock', [1, 0, 1]);
    expect(columnOf([serving('stale-while-revalidate', [1, 1, 2, 4], { left: [] }), still])).toEqual([
      'replicas over time',
      '▂▂▄█',
      '▂·▂',
    ]);
    expect(columnOf([serving('lock', long, { left: ['app-1'] })])).toEqual([
      'replicas over time',
      `${'▅'.repeat(22)}█▂`,
    ]);
    expect(columnOf([still])[0]).toBe('recomp/exp');
  });

  it('sets RPS against the fewest replicas of the variant', () => {
    const base = record();
    const trials = [1, 2, 4].map((replicas) =>
      trialRecord({ variant: 'lock', replicas, metrics: { ...metrics, rps: 1000 * Math.min(replicas, 3) } }),
    );
    const [section] = layoutOf({ ...base, trials }).sections;
    expect(section?.evidence.headings.slice(0, 4)).toEqual(['variant', 'N', 'speed-up', 'efficiency']);
    expect(section?.evidence.rows.map((cells) => cells.slice(1, 4).map(({ text }) => text))).toEqual([
      ['1', '×1', '100%'],
      ['2', '×2', '100%'],
      ['4', '×3', '75%'],
    ]);
  });

  it('says why a run is not whole, and then concludes nothing', () => {
    const layout = layoutOf(record({ status: 'broken off', problem: 'app-1 died.', trials: [], verdicts: [] }));
    expect(layout.warning).toBe('Broken off: 0 of 2 trials were measured; there is no verdict. app-1 died.');
    expect(layout.sections).toEqual([]);
    expect(layout.conclusion).toBe('No verdict.');
  });
});

describe('terminalReport', () => {
  it('fits 80 columns, with evidence in a table of its own', () => {
    expect(terminalReport(record(), { columns: 80, color: false })).toMatchInlineSnapshot(`
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

        variant                N   RPS p50 ms p95 ms p99 ms p99.9 ms max ms errors
        stale-while-revalidate 1 2,000      1      3      4        5      6      0
        lock                   1 3,000      1      3     ~4       ~5      6  1,234

        variant                 N  recomputes  recomp/exp
        stale-while-revalidate  1         150          75
        lock                    1           2          75

        ! lock ×1: errors: 1,200 status-5xx, 34 reset
        ! lock ×1: 900 answers are too few for p99, p99.9
        ! ~ marks what too few answers, or a caveat, speak against
        ! 1 claim not judged: not all that they compare was selected

        ? inconclusive p99 < 5ms: lock: too few
        ✓ passed       recomputes(lock) <= 2: 2 against 2

      1 passed, 0 failed, 1 inconclusive
      "
    `);
  });

  it('breaks the names of variants where even narrow gaps do not fit', () => {
    const base = record();
    const [scenario] = base.scenarios;
    const [trial] = base.trials;
    if (!scenario || !trial) throw new Error('no scenario');
    const several = [1, 2].map((round) => ({ ...trial, round, metrics: { ...metrics, rps: 123_456 } }));
    const text = terminalReport(
      { ...base, scenarios: [{ ...scenario, rounds: 2 }], trials: several },
      { columns: 80, color: false },
    );
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).toContain('±0%');
  });

  it('says where the time goes, why, and what happened when', () => {
    expect(terminalReport(openRecord(), { columns: 80, color: false })).toMatchInlineSnapshot(`
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

        variant     N offered   RPS p50 ms p95 ms p99 ms max ms service errors dropped
        stale-while 1   2,000 1,200     ~1     ~3     ~4     ~6    41.5      0   1,204
        -revalidate
        lock        1   2,000 1,200     ~1     ~3     ~4     ~6    41.5      0   1,204

        variant                 N  recomputes  recomp/exp
        stale-while-revalidate  1         150          75
        lock                    1         150          75

        @ stale-while-revalidate ×1, lock ×1: at 3 s key expired: 75 recomputes

        where the time goes, in ms
        variant                 N          all  waiting  network  pool  db  app
        stale-while-revalidate  1  p50   ~44.5        3     0.50    38   2    1
                                   p99  ~1,842    1,800             38
        lock                    1  p50   ~44.5        3     0.50    38   2    1
                                   p99  ~1,842    1,800             38

        → stale-while-revalidate ×1, lock ×1: The system does not keep up: offered
          2,000/s, served 1,200/s.
        → stale-while-revalidate ×1, lock ×1: The cache recomputed 75 times per
          expiry.

        ! stale-while-revalidate ×1, lock ×1: 1,204 of 20,000 requests were dropped
        ! ~ marks what too few answers, or a caveat, speak against

      There was nothing to judge.
      "
    `);
  });

  it('fits 80 columns with replicas over time, and says when they changed', () => {
    const base = record();
    const told = telemetry(
      {},
      { timeline: timeline({ 'stack replicas': [...Array<number>(50).fill(1), 2, 4] }), left: [] },
    );
    const annotations = [
      { second: 50, text: '2 replicas serve' },
      { second: 17.5, text: 'the roll-out is over' },
    ];
    const numbers = { ...metrics, replicas_most: 4, scale_out_time: 31_200, dropped: 12_345, errors: 0 };
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
    const base = openRecord();
    const wide = { offered_rate: 10_000, rps: 12_345, p50: 10_432, p95: 10_432, p99: 10_432, max: 10_432 };
    const trials = base.trials.map((trial) => ({ ...trial, metrics: { ...wide, 'p99.service': 10_432 } }));
    const scenarios = base.scenarios.map((scenario) => ({ ...scenario, rounds: 3 }));
    const lines = terminalReport({ ...base, trials, scenarios }, { columns: 80, color: false }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.trimStart().startsWith('variant')).length).toBeGreaterThan(3);
  });

  it('puts both tables into one where there is room', () => {
    const lines = terminalReport(record(), { columns: 140, color: false }).split('\n');
    expect(lines.filter((line) => line.trimStart().startsWith('variant'))).toHaveLength(1);
  });

  it('colours only where it may', () => {
    expect(terminalReport(record(), { columns: 80, color: true })).toContain('\u001b[');
    expect(terminalReport(record(), { columns: 80, color: false })).not.toContain('\u001b[');
  });
});

describe('markdownReport', () => {
  it('keeps what users wrote from becoming markup', () => {
    const [scenario] = record().scenarios;
    if (!scenario) throw new Error('no scenario');
    const page = markdownReport(record({ scenarios: [{ ...scenario, question: 'Is <b> | `x` *bold*?' }] }));
    expect(page).toContain('Is \\<b\\> \\| \\`x\\` \\*bold\\*?');
    expect(page).toContain('- ✅ passed: `recomputes(lock) <= 2`: 2 against 2');
    expect(page).toContain('| lock | 1 | 3,000 |');
  });

  it('has the anatomy, the findings, and the slowest requests of each row', () => {
    const page = markdownReport(openRecord());
    expect(page).toContain('Where the time goes, in ms:\n\n| variant | N |  | all | waiting |');
    expect(page).toContain('|  |  | p99 | \\~1,842 | **1,800** |');
    expect(page).toContain('- stale-while-revalidate ×1, lock ×1: The cache recomputed 75 times per expiry.');
    expect(page).toContain('- stale-while-revalidate ×1, lock ×1: at 3 s key expired: 75 recomputes');
    expect(page.split('\n').filter((line) => line.startsWith('| lock | GET /todos/\\|7\\| |'))).toEqual(
      Array.from({ length: 3 }, () => '| lock | GET /todos/\\|7\\| | waiting 95% | 1 | 4.2 | 2,000 |'),
    );
  });
});
