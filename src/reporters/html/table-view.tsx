import type { Cell, Table } from '../tables/table.ts';

const marks = {
  best: 'the best of its column',
  largest: 'the largest of its row',
  doubtful: 'not to be leaned on: see the notes below',
} as const;

const CellView = ({ text, mark }: Cell) =>
  mark === undefined ? (
    <>{text}</>
  ) : (
    <span class={mark} title={marks[mark]}>
      {text}
    </span>
  );

/** A table that scrolls by itself where it is wider than the page; nothing where it has no rows. */
export const TableView = ({ title, headings, labels, rows }: Table) => {
  if (rows.length === 0) return null;
  const kind = (column: number): string => (column < labels ? 'label' : 'number');
  return (
    <div class="table" tabindex={0} role="group" aria-label={title ?? headings.join(', ')}>
      <table>
        {title === undefined ? null : <caption>{title}</caption>}
        <thead>
          <tr>
            {headings.map((heading, column) =>
              heading === '' ? (
                <td />
              ) : (
                <th scope="col" class={kind(column)}>
                  {heading}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, column) => (
                <td class={kind(column)}>
                  <CellView {...cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};
