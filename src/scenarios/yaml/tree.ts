import type { Extent } from '../../shapes/fault.ts';

/** How a text is written in YAML. */
export type TextStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'block';

/** A single value. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly value: string | number | boolean | null;
  /** What stands in the file, where the value alone does not tell: `1.50`, `4634343214213523454`, `True`. */
  readonly written?: string | undefined;
  readonly style: TextStyle;
  readonly place: Extent;
}

/** A list. */
export interface List {
  readonly kind: 'list';
  readonly items: readonly Branch[];
  readonly place: Extent;
}

/** One key of a map and its value. */
export interface Entry {
  readonly key: string;
  readonly keyPlace: Extent;
  readonly value: Branch;
}

/** A map; no key occurs twice. */
export interface Table {
  readonly kind: 'table';
  readonly entries: readonly Entry[];
  readonly place: Extent;
}

/** A value of a YAML file with its place; aliases and merge keys have been followed. */
export type Branch = Leaf | List | Table;

/** The value of a key. */
export function field(table: Table, key: string): Entry | undefined {
  return table.entries.find((entry) => entry.key === key);
}

/** The same as plain data. Objects have no prototype, so that a key such as `__proto__` is only a key. */
export function plainOf(branch: Branch): unknown {
  switch (branch.kind) {
    case 'leaf':
      return branch.value;
    case 'list':
      return branch.items.map(plainOf);
    case 'table': {
      const plain: Record<string, unknown> = {};
      Object.setPrototypeOf(plain, null);
      for (const entry of branch.entries) plain[entry.key] = plainOf(entry.value);
      return plain;
    }
  }
}

/** The same branch with each of its single values as a text, as it is written; what is empty stays so. */
export function wordsOf(branch: Branch): Branch {
  switch (branch.kind) {
    case 'leaf':
      return branch.value === null ? branch : { ...branch, value: branch.written ?? String(branch.value) };
    case 'list':
      return { ...branch, items: branch.items.map(wordsOf) };
    case 'table':
      return { ...branch, entries: branch.entries.map((entry) => ({ ...entry, value: wordsOf(entry.value) })) };
  }
}

/** All single values below, in their order. */
export function leavesOf(branch: Branch): readonly Leaf[] {
  if (branch.kind === 'leaf') return [branch];
  return branch.kind === 'list'
    ? branch.items.flatMap(leavesOf)
    : branch.entries.flatMap(({ value }) => leavesOf(value));
}

/** The leaf or branch at that path, and the place of the last key that led there; the nearest one where the path goes on into nothing. */
export function follow(branch: Branch, path: readonly PropertyKey[]): { branch: Branch; keyPlace: Extent } {
  let current = branch;
  let keyPlace = branch.place;
  for (const step of path) {
    if (current.kind === 'table') {
      const entry = field(current, String(step));
      if (entry === undefined) break;
      [current, keyPlace] = [entry.value, entry.keyPlace];
    } else if (current.kind === 'list' && typeof step === 'number') {
      const item = current.items[step];
      if (item === undefined) break;
      [current, keyPlace] = [item, item.place];
    } else break;
  }
  return { branch: current, keyPlace };
}
