import { median, type Row } from '../../analysis/summary.ts';
import { formatNumber } from '../../model/numbers.ts';
import type { RateSearchRecord } from '../../record/run-record.ts';
import { labelCells, labelHeadings, nameOf, type Table } from './table.ts';

const enders: Readonly<Record<RateSearchRecord['limit'], string>> = {
  objective: 'the objective',
  generator: 'the generator',
  most: 'the highest rate',
  nothing: 'none kept it',
  noise: 'noise',
  budget: 'the budget',
  died: 'a death',
};

function searchesOf(row: Row): readonly RateSearchRecord[] {
  return row.trials.flatMap(({ search }) => search ?? []);
}

/** The highest rates that keep an objective, and between which rates they lie over the rounds; no rows where none was looked for. */
export function searchTable(rows: readonly Row[]): Table {
  const searched = rows.filter((row) => searchesOf(row).length > 0);
  return {
    title: 'the highest rate that keeps the objective, per second',
    headings: [...labelHeadings, 'highest', 'kept at', 'broken at', 'probes', 'ended by'],
    labels: 2,
    rows: searched.map((row) => {
      const searches = searchesOf(row);
      const lows = searches.map(({ lowPerSecond }) => lowPerSecond);
      const highs = searches.flatMap(({ highPerSecond }) => highPerSecond ?? []);
      const isOpen = highs.length < searches.length;
      return [
        ...labelCells(row),
        {
          text: searches.some(({ limit }) => limit === 'noise' || limit === 'died') ? '-' : formatNumber(median(lows)),
        },
        { text: formatNumber(Math.min(...lows)) },
        { text: isOpen ? '-' : formatNumber(Math.max(...highs)) },
        { text: String(searches.reduce((sum, { probes }) => sum + probes.length, 0)) },
        { text: [...new Set(searches.map(({ limit }) => enders[limit]))].join(', ') },
      ];
    }),
  };
}

/** What the objective was when it was last kept, and when it was first broken: a sentence a row, by its last round. */
export function searchLines(rows: readonly Row[]): readonly string[] {
  return rows.flatMap((row) => {
    const search = searchesOf(row).at(-1);
    if (search === undefined) return [];
    const at = (rate: number | undefined) => search.probes.findLast(({ ratePerSecond }) => ratePerSecond === rate);
    const [kept, broken] = [at(search.lowPerSecond), at(search.highPerSecond)];
    const parts = [kept, broken].flatMap((probe) =>
      probe === undefined ? [] : [`at ${formatNumber(probe.ratePerSecond)}/s ${probe.why}`],
    );
    return parts.length === 0 ? [] : [`${nameOf(row)}: ${search.slo.join(' and ')}: ${parts.join('; ')}`];
  });
}
