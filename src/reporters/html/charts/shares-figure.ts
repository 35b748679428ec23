import type { Row } from '../../../analysis/summary.ts';
import { formatNumber, formatPercent } from '../../../model/numbers.ts';
import { labelCells, labelHeadings, nameOf } from '../../tables/table.ts';
import type { Figure } from '../figure.tsx';

/** How many requests each replica of a row answered, by its last round. */
function sharesOf({ trials }: Row): readonly { readonly replica: string; readonly count: number }[] {
  const replicas = trials.at(-1)?.telemetry.replicas ?? [];
  return replicas.map(({ replica, counters }) => ({ replica, count: counters.http_requests_total ?? 0 }));
}

/** How requests were dealt out over the replicas; nothing where there was but one. */
export function sharesFigure(rows: readonly Row[]): readonly Figure[] {
  const dealt = rows
    .map((row) => ({ row, shares: sharesOf(row) }))
    .filter(({ shares }) => shares.length > 1 && shares.some(({ count }) => count > 0));
  if (dealt.length === 0) return [];
  const totalOf = (shares: ReturnType<typeof sharesOf>): number => shares.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(...dealt.map(({ shares }) => shares.length));
  const figure: Figure = {
    title: 'What each replica answered',
    note: 'Of the last round, in the order of the replicas.',
    chart: {
      kind: 'bars',
      axis: { title: 'share of the requests', scale: 'linear', unit: 'ratio' },
      shape: 'bar',
      isStacked: true,
      categories: dealt.map(({ row }) => nameOf(row)),
      series: Array.from({ length: most }, (_, index) => ({
        name: `replica ${index + 1}`,
        values: dealt.map(({ shares }) => {
          const own = shares[index];
          return { value: own === undefined ? null : own.count / totalOf(shares) };
        }),
      })),
    },
    table: {
      headings: [...labelHeadings, 'replica', 'requests', 'share'],
      labels: 1,
      rows: dealt.flatMap(({ row, shares }) =>
        shares.map(({ replica, count }) => [
          ...labelCells(row),
          { text: replica },
          { text: formatNumber(count) },
          { text: formatPercent(count / totalOf(shares)) },
        ]),
      ),
    },
  };
  return [figure];
}
