import { expect, it } from 'vitest';
import { beside, telemetry, trialRecord } from '../../../../test/fakes/records.ts';
import { rowsOf } from '../../../analysis/summary.ts';
import type { Telemetry } from '../../../model/telemetry.ts';
import { sharesFigures } from './shares-figure.ts';

const figures = (told: Telemetry) =>
  sharesFigures(rowsOf([trialRecord({ metrics: {}, telemetry: told })], 'herd', ['aside'])).map(({ title, table }) => ({
    title,
    rows: table.rows.map((row) => row.map(({ text }) => text)),
  }));

it('draws how requests were dealt out over replicas, and over the copies of each service beside them', () => {
  const { copies: replicas } = beside('app', [900, 100]);
  const told = telemetry({}, { replicas, beside: [beside('mailer', [30, 10]), beside('prices', [7])] });
  expect(figures(told)).toEqual([
    {
      title: 'What each replica answered',
      rows: [
        ['aside', '1', 'app-1', '900', '90%'],
        ['aside', '1', 'app-2', '100', '10%'],
      ],
    },
    {
      title: 'What each copy of mailer answered',
      rows: [
        ['aside', '1', 'mailer-1', '30', '75%'],
        ['aside', '1', 'mailer-2', '10', '25%'],
      ],
    },
  ]);
});

it('draws nothing of one alone, nor where nobody was asked', () => {
  const { copies: idle } = beside('app', [0, 0]);
  expect(figures(telemetry({ http_requests_total: 5 }))).toEqual([]);
  expect(figures(telemetry({}, { replicas: idle }))).toEqual([]);
});
