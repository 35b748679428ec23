import type { Row } from '../../../analysis/summary.ts';
import { shares, type Counted } from '../../../metrics/counters.ts';
import { formatNumber, formatPercent } from '../../../model/numbers.ts';
import type { Telemetry } from '../../../model/telemetry.ts';
import { labelCells, labelHeadings, nameOf } from '../../tables/table.ts';
import type { Figure } from '../figure.tsx';

/** Copies among which requests are dealt out, as figures call them. */
interface Dealt {
  readonly title: string;
  /** One of them, and all. */
  readonly noun: string;
  readonly nouns: string;
  /** By the last round of a row. */
  readonly copiesIn: (telemetry: Telemetry) => Counted;
}

const replicas: Dealt = {
  title: 'What each replica answered',
  noun: 'replica',
  nouns: 'replicas',
  copiesIn: (telemetry) => telemetry.replicas,
};

function copiesOf(service: string): Dealt {
  return {
    title: `What each copy of ${service} answered`,
    noun: 'copy',
    nouns: 'copies',
    copiesIn: ({ beside = [] }) => beside.find((told) => told.service === service)?.copies ?? [],
  };
}

/** How requests were dealt out over replicas, and over the copies of each service beside them; nothing where there was but one. */
export function sharesFigures(rows: readonly Row[]): readonly Figure[] {
  const beside = rows.flatMap(({ trials }) => trials.at(-1)?.telemetry.beside ?? []);
  const services = [...new Set(beside.map(({ service }) => service))];
  return [replicas, ...services.map(copiesOf)].flatMap((dealt) => sharesFigure(rows, dealt));
}

function sharesFigure(rows: readonly Row[], { title, noun, nouns, copiesIn }: Dealt): readonly Figure[] {
  const dealt = rows.flatMap((row) => {
    const telemetry = row.trials.at(-1)?.telemetry;
    const copies = telemetry === undefined ? [] : copiesIn(telemetry);
    const shareOfEach = shares(copies);
    const known = copies.map(({ replica, counters }, index) => ({
      name: replica,
      count: counters.http_requests_total ?? 0,
      share: shareOfEach[index] ?? 0,
    }));
    return shareOfEach.length > 1 ? [{ row, copies: known }] : [];
  });
  if (dealt.length === 0) return [];
  const most = Math.max(...dealt.map(({ copies }) => copies.length));
  const figure: Figure = {
    title,
    note: `Of the last round, in the order of the ${nouns}.`,
    chart: {
      kind: 'bars',
      axis: { title: 'share of the requests', scale: 'linear', unit: 'ratio' },
      shape: 'bar',
      isStacked: true,
      categories: dealt.map(({ row }) => nameOf(row)),
      series: Array.from({ length: most }, (_, index) => ({
        name: `${noun} ${index + 1}`,
        values: dealt.map(({ copies }) => ({ value: copies[index]?.share ?? null })),
      })),
    },
    table: {
      headings: [...labelHeadings, noun, 'requests', 'share'],
      labels: 1,
      rows: dealt.flatMap(({ row, copies }) =>
        copies.map(({ name, count, share }) => [
          ...labelCells(row),
          { text: name },
          { text: formatNumber(count) },
          { text: formatPercent(share) },
        ]),
      ),
    },
  };
  return [figure];
}
