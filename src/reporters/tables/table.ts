import type { Row } from '../../analysis/summary.ts';

/** How a cell stands out: the best of its column, the largest of its row, or a number that is not to be leaned on. */
export type Mark = 'best' | 'largest' | 'doubtful';

/** One cell of a table. */
export interface Cell {
  readonly text: string;
  readonly mark?: Mark;
}

/** A table that any reporter can draw; the first `labels` columns are text, the others numbers. */
export interface Table {
  /** What it is about, where its headings do not say it. */
  readonly title?: string;
  readonly headings: readonly string[];
  readonly labels: number;
  readonly rows: readonly (readonly Cell[])[];
}

/** The headings of {@link labelCells}. */
export const labelHeadings = ['variant', 'N'] as const;

/** The cells that say which row it is: the variant and the number of replicas. */
export function labelCells(row: Row): readonly Cell[] {
  return [{ text: row.variant }, { text: String(row.replicas) }];
}

/** The name of a row in a sentence: `lock ×2`. */
export function nameOf({ variant, replicas }: Row): string {
  return `${variant} ×${replicas}`;
}
