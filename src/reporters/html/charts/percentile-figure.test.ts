import { expect, it } from 'vitest';
import { measurement, trialRecord } from '../../../../test/fakes/records.ts';
import { rowsOf } from '../../../analysis/summary.ts';
import { percentileFigure } from './percentile-figure.ts';

it.each(['', 'nonsense', 'HISTFAAAA', '\u0000'])(
  'a histogram that is broken (%j) is told as what it is',
  (histogram) => {
    const { latency } = measurement();
    const trial = trialRecord({
      number: 3,
      scenario: 'herd',
      variant: 'none',
      metrics: { rps: 1 },
      measurement: measurement({ latency: { ...latency, histogram } }),
    });
    expect(() => percentileFigure(rowsOf([trial], 'herd', ['none']))).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: 'The latencies of trial 3 cannot be read: its histogram is broken.',
      }),
    );
  },
);
