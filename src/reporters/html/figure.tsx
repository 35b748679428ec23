import { jsonOf } from '../../model/foreign-text.ts';
import type { Table } from '../tables/table.ts';
import type { Chart } from './charts/chart.ts';
import { TableView } from './table-view.tsx';

/** A chart with what it shows in words, and its numbers. */
export interface Figure {
  readonly title: string;
  /** What is to be known to read it. */
  readonly note?: string | undefined;
  readonly chart: Chart;
  readonly table: Table;
}

/** The text of a script element that is data: no tag in it can end it. */
function json(value: object): string {
  return jsonOf(value).replaceAll('<', '\\u003c');
}

/** A figure: the script of the page draws into it what its data say; the numbers are there without a script as well. */
export const FigureView = ({ title, note, chart, table }: Figure) => (
  <figure class="chart">
    <figcaption>
      <h4>{title}</h4>
      {note === undefined ? null : <p>{note}</p>}
    </figcaption>
    <script type="application/json" dangerouslySetInnerHTML={{ __html: json({ title, ...chart }) }} />
    <details>
      <summary>{`Numbers: ${title}`}</summary>
      <TableView {...table} />
    </details>
  </figure>
);
