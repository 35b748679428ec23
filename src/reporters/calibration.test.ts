import { describe, expect, it } from 'vitest';
import type { Calibration } from '../analysis/comparison/calibration.ts';
import { calibrationReport } from './calibration.ts';

const entry: Calibration = {
  takenAt: '2026-01-02T03:04:05.000Z',
  platform: 'local',
  cpu: 'A CPU',
  cores: 2,
  scenario: 'herd',
  variant: 'lock',
  replicas: 1,
  load: '10 connections for 1 s',
  rounds: 27,
  noise: [
    { metric: 'rps', scale: 'ratio', floor: 0.034, detectable: 0.051 },
    { metric: 'error_rate', scale: 'difference', floor: 0.001, detectable: 0.002, size: 0.01 },
    { metric: 'queries_per_request', scale: 'difference', floor: 0, detectable: 0.25, size: 1 },
  ],
};

describe('the report of a calibration', () => {
  const report = calibrationReport(entry, 'results/calibration.json', { columns: 80, color: false });

  it('says what was set against itself, and where the noise is kept', () => {
    expect(report).toContain('herd: lock against itself, 27 rounds, 1 replica, 10 connections for 1 s\n');
    expect(report).toMatch(/Kept in results\/calibration\.json\n$/);
  });

  it('has each metric in its own measure: shares in per cent, error rates in points, counts as they are', () => {
    const rows = report.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(rows).toContainEqual(['rps', '±3.40%', '±5.10%']);
    expect(rows).toContainEqual(['error_rate', '±0.10 points', '±0.20 points']);
    expect(rows).toContainEqual(['queries_per_request', '±0', '±0.25']);
  });

  it('fits 80 columns', () => {
    expect(Math.max(...report.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
