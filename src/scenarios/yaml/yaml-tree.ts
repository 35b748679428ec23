import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { faulty, type Extent, type Fault, type Reading } from '../../shapes/fault.ts';
import type { Branch, Entry, Leaf, Table, TextStyle } from './tree.ts';
import { syntaxFaults } from './yaml-syntax.ts';

/** Told of each fault, with its place in the text. */
export type OnFault = (place: Extent, fault: Fault) => void;

/** More values than this are an attack: a few aliases of aliases unfold to billions. */
const mostValues = 50_000;

/** The YAML text as a tree with places, or nothing where its syntax is broken. All faults are told. */
export function growTree(text: string, onFault: OnFault): Branch | undefined {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, keepSourceTokens: false });
  const faults = syntaxFaults([...document.errors, ...document.warnings], text);
  for (const [place, fault] of faults) onFault(place, fault);
  if (faults.length > 0) return undefined;
  if (document.contents === null) {
    onFault(
      { start: 0, end: 0 },
      { sentence: 'the file is empty', hint: 'scale-lab list shows the shipped scenarios' },
    );
    return undefined;
  }
  const grower = new Grower(onFault);
  const root = grower.grow(document.contents, { start: 0, end: 0 });
  return grower.broken ? undefined : root.branch;
}

/** A branch and how many values it has when every alias is unfolded. */
interface Grown {
  readonly branch: Branch;
  readonly size: number;
}

class Grower {
  /** An unfolding that cannot be used was found. */
  broken = false;
  readonly #anchors = new Map<string, Grown | 'growing'>();
  readonly #onFault: OnFault;

  constructor(onFault: OnFault) {
    this.#onFault = onFault;
  }

  /** `near` is the place of values that are not written, such as that of `key:`. */
  grow(node: unknown, near: Extent): Grown {
    if (isAlias(node)) return this.#follow(node.source, placeOf(node, near));
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'growing');
    const grown = this.#growNew(node, placeOf(node, near));
    if (anchor !== undefined) this.#anchors.set(anchor, grown);
    if (grown.size <= mostValues) return grown;
    if (!this.broken) this.#fault(grown.branch.place, faulty(`this unfolds to more than ${mostValues} values`));
    this.broken = true;
    return nothing(grown.branch.place);
  }

  #growNew(node: unknown, place: Extent): Grown {
    if (isMap(node)) return this.#growTable(node, place);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.grow(item, place));
      return { branch: { kind: 'list', items: items.map((item) => item.branch), place }, size: sizeOf(items) };
    }
    if (!isScalar(node)) return nothing(place);
    const { value } = node;
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      const style = node.type === undefined ? 'plain' : (styles[node.type] ?? 'block');
      const written = typeof value === 'number' || typeof value === 'boolean' ? node.source : undefined;
      return { branch: { kind: 'leaf', value, written, style, place }, size: 1 };
    }
    this.#fault(place, faulty('a value of this kind has no use here', 'put it in quotes to make it a text'));
    return nothing(place);
  }

  #growTable(map: YAMLMap, place: Extent): Grown {
    const entries = new Map<string, Entry>();
    const merged: Entry[] = [];
    const sizes: Grown[] = [];
    for (const pair of map.items) {
      if (!isPair(pair)) continue;
      const keyPlace = placeOf(pair.key, place);
      const value = this.grow(pair.value, keyPlace);
      sizes.push(value);
      const key = keyOf(pair.key);
      if (key === undefined) this.#fault(keyPlace, faulty('a key must be a single word'));
      else if (isMerge(pair.key)) merged.push(...this.#merge(value.branch));
      else if (entries.has(key)) this.#fault(keyPlace, faulty(`the key "${key}" is there twice`));
      else entries.set(key, { key, keyPlace, value: value.branch });
    }
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return { branch: { kind: 'table', entries: [...entries.values()], place }, size: sizeOf(sizes) };
  }

  #merge(branch: Branch): readonly Entry[] {
    const sources = branch.kind === 'list' ? branch.items : [branch];
    const tables = sources.filter((source): source is Table => source.kind === 'table');
    if (tables.length === sources.length) return tables.flatMap((table) => table.entries);
    this.#fault(branch.place, faulty('only maps can be merged', 'write <<: *name, where &name marks a map'));
    return [];
  }

  #follow(name: string, place: Extent): Grown {
    const target = this.#anchors.get(name);
    if (target !== undefined && target !== 'growing') return target;
    const sentence = target === undefined ? `there is no anchor "${name}" before here` : `"${name}" contains itself`;
    this.#fault(place, faulty(sentence));
    this.broken = true;
    return nothing(place);
  }

  #fault(place: Extent, reading: Reading<never>): void {
    if ('fault' in reading) this.#onFault(place, reading.fault);
  }
}

const styles: Readonly<Record<string, TextStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single-quoted',
  QUOTE_DOUBLE: 'double-quoted',
};

function keyOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const { value } = key;
  if (typeof value === 'symbol') return key.source;
  if (typeof value === 'number' || typeof value === 'boolean') return key.source ?? String(value);
  return typeof value === 'string' ? value : undefined;
}

function isMerge(key: unknown): boolean {
  return isScalar(key) && key.source === '<<' && key.type === 'PLAIN';
}

function nothing(place: Extent): Grown {
  const leaf: Leaf = { kind: 'leaf', value: null, style: 'plain', place };
  return { branch: leaf, size: 1 };
}

function sizeOf(parts: readonly Grown[]): number {
  return parts.reduce((sum, part) => sum + part.size, 1);
}

function placeOf(node: unknown, near: Extent): Extent {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  return range && range[1] > range[0] ? { start: range[0], end: range[1] } : near;
}
