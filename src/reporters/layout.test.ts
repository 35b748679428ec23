import { describe, expect, it } from 'vitest';
import { herdMetrics, herdRecord } from '../../test/fakes/herd-record.ts';
import { measurement, telemetry, timeline, trialRecord } from '../../test/fakes/records.ts';
import { runRecord } from '../../test/fakes/run-record.ts';
import { shopTrial } from '../../test/fakes/shop-record.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { TrialRecord } from '../record/run-record.ts';
import { layoutOf } from './layout.ts';

describe('layoutOf', () => {
  it('marks what is not to be leaned on, and no variant with errors as the best', () => {
    const [section] = layoutOf(herdRecord()).sections;
    expect(section?.timings.rows[1]).toEqual([
      { text: 'lock' },
      { text: '1' },
      { text: '3,000' },
      { text: '-' },
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
    expect(layoutOf(herdRecord()).sections[0]?.notes).toEqual([
      'lock ×1: errors: 1,200 status-5xx, 34 reset',
      'lock ×1: 900 answers are too few for p99, p99.9',
      '~ marks what too few answers, or a caveat, speak against',
      '1 claim not judged: not all that they compare was run',
    ]);
  });

  it('says what the mark of doubt means also where only the results of a request have it', () => {
    const shop = runRecord({ trials: [shopTrial()] }, { variants: [{ name: 'aside', settings: 'defaults' }] });
    const [section] = layoutOf(shop).sections;
    expect(JSON.stringify(section?.timings)).not.toContain('~');
    expect(JSON.stringify(section?.requests)).toContain('~9');
    expect(section?.notes).toContain('~ marks what too few answers, or a caveat, speak against');
  });

  it('has a column for what an answer costs wherever that is known', () => {
    const headings = (metrics: Record<string, number>) =>
      layoutOf({ ...herdRecord(), trials: [trialRecord({ variant: 'lock', metrics })] }).sections[0]?.evidence.headings;
    expect(headings({ rps: 1 })).not.toContain('CPU/req ms');
    expect(headings({ rps: 1, cpu_per_request: 0.5 })?.at(-1)).toBe('CPU/req ms');
  });

  it('shows the spread of rounds', () => {
    const base = herdRecord();
    const [scenario] = base.scenarios;
    if (!scenario) throw new Error('no scenario');
    const rounds = [1800, 2000, 2300].map((rps, index) =>
      trialRecord({ variant: 'lock', round: index + 1, metrics: { ...herdMetrics, rps } }),
    );
    const [section] = layoutOf({ ...base, scenarios: [{ ...scenario, rounds: 3 }], trials: rounds }).sections;
    expect(section?.timings.headings.slice(0, 4)).toEqual(['variant', 'N', 'RPS', 'spread']);
    expect(section?.timings.rows[0]?.slice(2, 4)).toEqual([{ text: '2,000' }, { text: '±12.5%' }]);
  });

  it('draws the p99 of every second where the worst of them is evidence', () => {
    const base = herdRecord();
    const [scenario] = base.scenarios;
    if (!scenario) throw new Error('no scenario');
    const slice = { sent: 2000, requests: 2000, errors: 0, p50Us: 1000, maxUs: 1_000_000 };
    const seconds = [1000, 30_000, 1_000_000].map((p99Us, second) => ({ ...slice, second, p99Us }));
    // Neither the warm-up nor what came after the measured time is drawn.
    const around = [-1, 10].map((second) => ({ ...slice, second, p99Us: 2_000_000 }));
    const timeline = [...seconds, ...around];
    const trials = [trialRecord({ variant: 'lock', metrics: herdMetrics, measurement: measurement({ timeline }) })];
    const scenarios = [{ ...scenario, evidence: ['worst_second_p99'] }];
    const [section] = layoutOf({ ...base, scenarios, trials }).sections;
    expect(section?.evidence.headings.at(-1)).toBe('p99 by second');
    expect(section?.evidence.rows[0]?.at(-1)?.text).toBe('▁▄█');
  });

  it('draws how many replicas answered where they come and go, and of a long trial the fewest in each stretch', () => {
    const serving = (variant: string, values: number[], changes: Partial<Telemetry> = {}) => {
      const told = telemetry({}, { timeline: timeline({ 'stack replicas': values }), ...changes });
      return trialRecord({ variant, metrics: herdMetrics, telemetry: told });
    };
    const long = [...Array<number>(44).fill(2), 3, 3, 3, 1];
    const base = herdRecord();
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
    const base = herdRecord();
    const trials = [1, 2, 4].map((replicas) =>
      trialRecord({ variant: 'lock', replicas, metrics: { ...herdMetrics, rps: 1000 * Math.min(replicas, 3) } }),
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
    const layout = layoutOf(herdRecord({ status: 'broken off', problem: 'app-1 died.', trials: [], verdicts: [] }));
    expect(layout.warning).toBe('Broken off: 0 of 2 trials were measured; there is no verdict. app-1 died.');
    expect(layout.sections).toEqual([]);
    expect(layout.conclusion).toBe('No verdict.');
  });
});
