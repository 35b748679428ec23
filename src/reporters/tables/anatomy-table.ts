import type { Row } from '../../analysis/summary.ts';
import { largestPart } from '../../analysis/trial-view.ts';
import type { Anatomy } from '../../model/measurement.ts';
import { formatNumber } from '../../model/numbers.ts';
import { isDoubted } from './metric-cells.ts';
import { labelCells, labelHeadings, type Cell, type Table } from './table.ts';

/** In the order in which a request meets them; a server's own parts come after those, and what the app itself does is last. */
const knownParts: readonly string[] = ['waiting', 'network', 'loop', 'pool', 'db', 'cache', 'flight', 'json'];

/** A part of a latency below this share is left blank. */
const noticeable = 0.01;

/** The most parts that have a column of their own; the smallest ones share another. */
const columnsAtMost = 7;

/** How the time of a row divides, by its last round. */
export function anatomiesOf(row: Row): readonly Anatomy[] {
  return row.trials.at(-1)?.measurement.anatomy ?? [];
}

function orderOf(part: string): number {
  if (part === 'app') return knownParts.length + 1;
  const known = knownParts.indexOf(part);
  return known === -1 ? knownParts.length : known;
}

/** The parts that are worth a column: those that are noticeable anywhere, and of them the largest. */
export function partsOf(anatomies: readonly Anatomy[]): readonly string[] {
  const mostOf = (part: string): number =>
    Math.max(...anatomies.map(({ parts, latencyUs }) => (parts[part] ?? 0) / Math.max(1, latencyUs)));
  const names = [...new Set(anatomies.flatMap(({ parts }) => Object.keys(parts)))];
  return names
    .map((part) => ({ part, most: mostOf(part) }))
    .filter(({ most }) => most >= noticeable)
    .sort((one, other) => other.most - one.most)
    .slice(0, columnsAtMost)
    .map(({ part }) => part)
    .sort((one, other) => orderOf(one) - orderOf(other));
}

function timeCell(us: number, anatomy: Anatomy, isLargest: boolean): Cell {
  if (us < noticeable * anatomy.latencyUs) return { text: '' };
  const text = formatNumber(us / 1000);
  return isLargest ? { text, mark: 'largest' } : { text };
}

function totalCell(row: Row, { percentile, latencyUs }: Anatomy): Cell {
  const text = formatNumber(latencyUs / 1000);
  return isDoubted(row, percentile) ? { text: `~${text}`, mark: 'doubtful' } : { text };
}

/** Where the time of a request goes: of a median one, and of one of the slowest in a hundred. */
export function anatomyTable(rows: readonly Row[]): Table {
  const anatomies = rows.flatMap(anatomiesOf);
  const parts = partsOf(anatomies);
  const restOf = ({ parts: all }: Anatomy): number =>
    Object.entries(all).reduce((sum, [part, us]) => sum + (parts.includes(part) ? 0 : us), 0);
  const hasRest = anatomies.some((anatomy) => restOf(anatomy) >= noticeable * anatomy.latencyUs);
  return {
    title: 'where the time goes, in ms',
    headings: [...labelHeadings, '', 'all', ...parts, ...(hasRest ? ['other'] : [])],
    labels: 1,
    rows: rows.flatMap((row) =>
      anatomiesOf(row).map((anatomy, index): readonly Cell[] => {
        const largest = largestPart(anatomy.parts)?.name;
        return [
          ...(index === 0 ? labelCells(row) : [{ text: '' }, { text: '' }]),
          { text: anatomy.percentile },
          totalCell(row, anatomy),
          ...parts.map((part) => timeCell(anatomy.parts[part] ?? 0, anatomy, part === largest)),
          ...(hasRest ? [timeCell(restOf(anatomy), anatomy, false)] : []),
        ];
      }),
    ),
  };
}
