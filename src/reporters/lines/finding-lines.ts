import type { Row } from '../../analysis/summary.ts';
import type { Finding } from '../../record/run-record.ts';
import { nameOf } from '../tables/table.ts';

/** A finding of one row or several, what to do next, and the command for that where there is one. */
export interface FindingLine {
  /** Those rows: `none ×1, lock ×1`. */
  readonly names: string;
  /** With their names: `none ×1, lock ×1: The event loop is full …`. */
  readonly text: string;
  /** To be copied as it is: of the first of those rows. */
  readonly command: string | undefined;
}

/** As many of a variant as are told where there is not room for all. */
const mostOfVariant = 3;

interface Told extends Finding {
  readonly row: Row;
}

/** Why the numbers of each row are what they are, by its last round; first what would change most. */
export function findingLines(rows: readonly Row[]): readonly FindingLine[] {
  return linesOf(rows.flatMap(toldOf));
}

/**
 * The same for a reader in a hurry: at most three of a variant, whatever its replica counts, once where several rows differ in the
 * numbers only; and how many those leave out.
 */
export function firstFindingLines(rows: readonly Row[]): {
  readonly lines: readonly FindingLine[];
  readonly leftOut: number;
} {
  const variants = [...new Set(rows.map(({ variant }) => variant))];
  const first = variants.flatMap((variant) => {
    const ofVariant = rows.filter((row) => row.variant === variant).map(toldOf);
    const places = Math.max(0, ...ofVariant.map(({ length }) => length));
    const byPlace = Array.from({ length: places }, (_, place) => ofVariant.flatMap((told) => told[place] ?? [])).flat();
    const kinds = [...new Set(byPlace.map(withoutNumbers))].slice(0, mostOfVariant);
    return ofVariant.flat().filter((told) => kinds.includes(withoutNumbers(told)));
  });
  return { lines: alike(first), leftOut: findingLines(rows).length - linesOf(first).length };
}

function toldOf(row: Row): readonly Told[] {
  return (row.trials.at(-1)?.findings ?? []).map((finding) => ({ ...finding, row }));
}

function sentences({ text, next }: Finding): string {
  return next === undefined ? text : `${text} ${next}`;
}

/** What was found, whatever its numbers, and the advice with those that it has: another's number would be wrong advice. */
function withoutNumbers({ kind, text, next = '' }: Finding): string {
  return `${kind} ${text.replaceAll(/[\d.,]+/g, '#')} ${next}`;
}

/** One line for all rows of which the same is said. */
function linesOf(told: readonly Told[]): readonly FindingLine[] {
  const lines = new Map<string, Told[]>();
  for (const one of told) lines.set(sentences(one), [...(lines.get(sentences(one)) ?? []), one]);
  return [...lines].map(([said, ones]) => {
    const names = [...new Set(ones.map(({ row }) => nameOf(row)))].join(', ');
    return { names, text: `${names}: ${said}`, command: ones[0]?.command };
  });
}

/** One line for all rows of which the same is found and advised: with the numbers of the first, and the names of the others. */
function alike(told: readonly Told[]): readonly FindingLine[] {
  const kinds = new Map<string, Told[]>();
  for (const one of told) {
    const key = withoutNumbers(one);
    kinds.set(key, [...(kinds.get(key) ?? []), one]);
  }
  return [...kinds.values()].flatMap((ones) => {
    const [first, ...others] = linesOf(ones);
    if (!first) return [];
    const names = others.map(({ names: of }) => of).join(', ');
    return others.length === 0 ? first : { ...first, text: `${first.text} (likewise ${names})` };
  });
}
