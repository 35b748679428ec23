import type { Row } from '../../../analysis/summary.ts';
import { anatomiesOf, anatomyTable, partsOf } from '../../tables/anatomy-table.ts';
import { nameOf } from '../../tables/table.ts';
import type { Figure } from '../figure.tsx';

/** Where the time of a request goes, at p50 and at p99: a bar each, made of its parts. Nothing where the servers did not tell. */
export function anatomyFigure(rows: readonly Row[]): readonly Figure[] {
  const bars = rows.flatMap((row) => anatomiesOf(row).map((anatomy) => ({ row, anatomy })));
  if (bars.length === 0) return [];
  const parts = partsOf(bars.map(({ anatomy }) => anatomy));
  const { title: _, ...table } = anatomyTable(rows);
  const restOf = (all: Readonly<Record<string, number>>): number =>
    Object.entries(all).reduce((sum, [part, us]) => sum + (parts.includes(part) ? 0 : us), 0);
  const figure: Figure = {
    title: 'Where the time of a request goes',
    note: 'Of requests of about the median latency, and of about p99; of the last round. A server tells its own parts in the header Server-Timing.',
    chart: {
      kind: 'bars',
      axis: { title: 'ms', scale: 'linear', unit: 'ms' },
      shape: 'bar',
      isStacked: true,
      categories: bars.map(({ row, anatomy }) => `${nameOf(row)} ${anatomy.percentile}`),
      series: [
        ...parts.map((part) => ({
          name: part,
          values: bars.map(({ anatomy }) => ({ value: (anatomy.parts[part] ?? 0) / 1000 })),
        })),
        { name: 'other', values: bars.map(({ anatomy }) => ({ value: restOf(anatomy.parts) / 1000 })) },
      ].filter(({ values }) => values.some(({ value }) => value > 0)),
    },
    table,
  };
  return [figure];
}
