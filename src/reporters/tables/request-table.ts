import { trialOfRequest } from '../../analysis/by-request.ts';
import { rowsOf, type Row } from '../../analysis/summary.ts';
import { statusText } from '../lines/status-lines.ts';
import { heading, metricCell, metricsNamed } from './metric-cells.ts';
import { labelCells, labelHeadings, type Table } from './table.ts';

/** Each row as if that had been the only request of its workload. */
function rowsOfRequest(rows: readonly Row[], request: string): readonly Row[] {
  return rows.flatMap(({ scenario, variant, trials }) => {
    const own = trials.flatMap((trial) => trialOfRequest(trial, request) ?? []);
    return rowsOf(own, scenario, [variant]);
  });
}

/** What clients saw of each request of the workload, by request; no rows where there is only one, which the other tables tell of. */
export function requestTable(rows: readonly Row[]): Table {
  const results = rows.flatMap(({ trials }) => trials.flatMap(({ byRequest }) => byRequest));
  const requests = [...new Set(results.map(({ request }) => request))];
  const columns = metricsNamed(['requests', 'rps', 'p50', 'p99', 'errors']);
  return {
    title: 'by request',
    headings: ['request', ...labelHeadings, ...columns.map(heading), 'statuses'],
    labels: 2,
    rows: (requests.length > 1 ? requests : []).flatMap((request) => {
      const own = rowsOfRequest(rows, request);
      return own.map((row) => [
        { text: request },
        ...labelCells(row),
        ...columns.map((metric) => metricCell(row, metric, own)),
        { text: statusText(row) },
      ]);
    }),
  };
}
