import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { randomBy } from '../../model/random.ts';
import type { TrialRecord } from '../../record/run-record.ts';
import { calibrationFile, readCalibrations, writeCalibrations } from '../../verbs/calibration-file.ts';
import { planLooks } from '../statistics/looks.ts';
import { normal } from '../testing/random.ts';
import { pairedOnce, rounds } from '../testing/rounds.ts';
import { floorsFor, noiseOf, withCalibration, type Calibration } from './calibration.ts';
import { compareTrials } from './comparison.ts';

const a = [10, 11, 12, 13, 14, 15];

function entry(changes: Partial<Calibration> = {}): Calibration {
  return {
    takenAt: '2026-01-02T03:04:05.000Z',
    platform: 'local',
    cpu: 'A CPU',
    cores: 2,
    scenario: 'herd',
    variant: 'aside',
    replicas: 1,
    load: '10 connections for 2 s',
    rounds: 6,
    noise: [
      { metric: 'rps', scale: 'ratio', floor: 0.04, detectable: 0.05 },
      { metric: 'error_rate', scale: 'difference', floor: 0.002, detectable: 0.003, size: 0.01 },
      { metric: 'recomputes', scale: 'difference', floor: 3, detectable: 4, size: 100 },
      { metric: 'pool_rejected', scale: 'difference', floor: 0, detectable: 0, size: 0 },
    ],
    ...changes,
  };
}

const key = { platform: 'local', cpu: 'A CPU', cores: 2, scenario: 'herd', load: '10 connections for 2 s' };

describe('the noise of a system against itself', () => {
  it('is by metric how far the interval reached from no difference', () => {
    const b = a.map((value, round) => value * (round === 0 ? 0.97 : round === 1 ? 1.02 : 1));
    const [rps, ...others] = noiseOf(compareTrials(pairedOnce, rounds('A', { rps: a }), rounds('B', { rps: b })));
    expect(others).toEqual([]);
    expect(rps).toMatchObject({ metric: 'rps', scale: 'ratio' });
    expect(rps?.floor).toBeCloseTo(0.03, 12);
    // Half of 0.97 to 1.02, and what finds nine of ten on top.
    expect(rps?.detectable).toBeCloseTo(0.025 * (1 + 1.282 / 1.96), 12);
  });

  it('is of a difference with what that is a share of', () => {
    const asked = { ...pairedOnce, asked: ['recomputes'] };
    const [ofA, ofB] = [
      [100, 0, 100, 100, 100, 100],
      [101, 2, 102, 99, 100, 100],
    ];
    const noise = noiseOf(compareTrials(asked, rounds('A', { recomputes: ofA }), rounds('B', { recomputes: ofB })));
    expect(noise).toMatchObject([{ metric: 'recomputes', scale: 'difference', floor: 2, size: 100 }]);
  });

  it('is nothing where there are too few rounds for an interval', () => {
    expect(noiseOf(compareTrials(pairedOnce, rounds('A', { rps: [1, 2] }), rounds('B', { rps: [1, 2] })))).toEqual([]);
  });

  it('says what can be found: a difference of that size is, in nine of ten simulated comparisons or a few more', () => {
    const random = randomBy(3);
    const looks = planLooks(27);
    const side = (name: string, ratio: number): readonly TrialRecord[] =>
      rounds(name, { rps: Array.from({ length: 27 }, () => 1000 * ratio * Math.exp(0.05 * normal(random))) });
    const settings = { ...pairedOnce, confidence: looks?.confidence ?? NaN, smallest: 1e-9 };
    const found = Array.from({ length: 500 }, () => {
      const [noise] = noiseOf(compareTrials(settings, side('A', 1), side('B', 1)));
      const { metrics } = compareTrials(settings, side('A', 1), side('B', 1 + (noise?.detectable ?? NaN)));
      return metrics.find(({ metric }) => metric === 'rps')?.outcome === 'b-higher';
    });
    const share = found.filter(Boolean).length / found.length;
    expect(share).toBeGreaterThan(0.88);
    expect(share).toBeLessThan(0.99);
  });
});

describe('the floors of a machine', () => {
  it('are shares, and of an error rate the difference itself', () => {
    expect(floorsFor({ version: 1, entries: [entry()] }, key)).toEqual({
      rps: 0.04,
      error_rate: 0.002,
      recomputes: 0.03,
      pool_rejected: 0,
    });
  });

  it.each([
    { platform: 'docker' },
    { cpu: 'Another CPU' },
    { cores: 4 },
    { scenario: 'another' },
    { load: '50 connections for 2 s' },
  ])('are not known of another experiment or machine: %j', (other) => {
    expect(floorsFor({ version: 1, entries: [entry()] }, { ...key, ...other })).toBeUndefined();
  });

  it('are those of the last calibration: a new one takes the place of one of the same, and of no other', () => {
    const [old, other, fresh] = [entry(), entry({ scenario: 'another' }), entry({ noise: [] })];
    expect(withCalibration({ version: 1, entries: [old, other] }, fresh).entries).toEqual([other, fresh]);
  });
});

describe('the file of calibrations', () => {
  async function results(): Promise<string> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'calibration-test-'));
    onTestFinished(async () => rm(folder, { recursive: true }));
    return folder;
  }

  it('is read as it was written, in a folder that need not be there', async () => {
    const folder = path.join(await results(), 'deep', 'er');
    expect(await readCalibrations(folder)).toEqual({ version: 1, entries: [] });
    await writeCalibrations(folder, { version: 1, entries: [entry()] });
    expect(await readCalibrations(folder)).toEqual({ version: 1, entries: [entry()] });
  });

  it.each(['{"version":1', '{"version":2,"entries":[]}', '{"version":1,"entries":[{}]}'])(
    'is an error with a way out where it is something else: %s',
    async (text) => {
      const folder = await results();
      await writeFile(calibrationFile(folder), text);
      await expect(readCalibrations(folder)).rejects.toMatchObject({
        name: 'LabError',
        hint: 'Remove it, and run scale-lab calibrate again.',
      });
    },
  );

  it('says where it cannot be written', async () => {
    await expect(writeCalibrations('/dev/null/results', { version: 1, entries: [] })).rejects.toThrow(
      /^The calibration cannot be written to \/dev\/null\/results\/calibration\.json/,
    );
  });
});
