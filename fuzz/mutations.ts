import fc from 'fast-check';

/** What JSON and YAML hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A change of a tree at one of its places. As data, so that a failing case can be made smaller. */
export interface Mutation {
  readonly what: 'remove' | 'replace' | 'copy' | 'rename' | 'repeat' | 'wrap' | 'add';
  /** The place, and another one, counted over all that there are, again from the first after the last. */
  readonly at: number;
  readonly from: number;
  readonly value: Json;
  readonly key: string;
  readonly times: number;
}

/** Some changes in a row, with values and keys of that kind. */
export function mutations(values: fc.Arbitrary<Json>, keys: fc.Arbitrary<string>): fc.Arbitrary<readonly Mutation[]> {
  const mutation = fc.record({
    what: fc.constantFrom<Mutation['what'][]>(
      'copy',
      'copy',
      'copy',
      'replace',
      'replace',
      'remove',
      'rename',
      'repeat',
      'wrap',
      'add',
    ),
    at: fc.nat(100_000),
    from: fc.nat(100_000),
    value: values,
    key: keys,
    times: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 2, max: 4 }) }, fc.constant(300)),
  });
  return fc.array(mutation, { maxLength: 5, size: 'max' });
}

type Path = readonly (string | number)[];

/** All places of a tree but its root. */
function placesIn(tree: Json, path: Path = []): Path[] {
  return childrenOf(tree).flatMap(([key, child]) => [[...path, key], ...placesIn(child, [...path, key])]);
}

function childrenOf(tree: Json): readonly (readonly [string | number, Json])[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return isList(tree) ? tree.map((child, index) => [index, child] as const) : Object.entries(tree);
}

function isList(tree: Json): tree is readonly Json[] {
  return Array.isArray(tree);
}

function valueAt(tree: Json, path: Path): Json {
  return path.reduce<Json>((inner, key) => childrenOf(inner).find(([own]) => own === key)?.[1] ?? null, tree);
}

/** A child under its key, or what stands in its place: several, or none. */
type Change = (key: string | number, child: Json) => readonly (readonly [string | number, Json])[];

/** The tree with its child at a path changed. Keys such as `__proto__` are keys like others. */
function changedAt(tree: Json, [first, ...rest]: Path, change: Change): Json {
  const children = childrenOf(tree).flatMap(([key, child]): readonly (readonly [string | number, Json])[] => {
    if (key !== first) return [[key, child]];
    return rest.length === 0 ? change(key, child) : [[key, changedAt(child, rest, change)]];
  });
  return isList(tree) ? children.map(([, child]) => child) : Object.fromEntries(children);
}

function changeOf(tree: Json, places: readonly Path[], { what, from, value, key, times }: Mutation): Change {
  switch (what) {
    case 'remove':
      return () => [];
    case 'replace':
      return (own) => [[own, value]];
    case 'copy':
      return (own, child) => {
        const kin = places.map((place) => valueAt(tree, place)).filter((other) => typeof other === typeof child);
        return [[own, kin[from % kin.length] ?? value]];
      };
    case 'rename':
      return (_, child) => [[key, child]];
    case 'repeat':
      return (own, child) => Array.from({ length: times }, (_, index) => [index === 0 ? own : `${own}${index}`, child]);
    case 'wrap':
      return (own, child) => [[own, from % 2 === 0 ? [child] : { [key]: child }]];
    case 'add':
      return (own, child) => [
        [own, child],
        [key, value],
      ];
  }
}

/** The tree with those changes, one after the other. */
export function mutated(tree: Json, changes: readonly Mutation[]): Json {
  return changes.reduce((changing, mutation) => {
    const places = placesIn(changing);
    const place = places[mutation.at % places.length];
    return place === undefined ? changing : changedAt(changing, place, changeOf(changing, places, mutation));
  }, tree);
}

/** Strings that mean something to one of the languages between an input and its output, or to none. */
const scraps: readonly string[] =
  '{|}|[|]|:|- |\n|\t|"|\'|&a |*a|<<: |#|>|%|!|0|-1|()|p99|🐘|\u0000|\r|? |---\n|~|.inf|__proto__|${HOME}|${|\u202e|\ud800'.split(
    '|',
  );

/** A change of a text at one of its characters. */
export interface Splice {
  readonly at: number;
  readonly length: number;
  readonly scrap: string;
  readonly from: number;
  readonly what: 'put' | 'insert' | 'double' | 'cut' | 'move';
}

/** A few changes of a text. */
export const splices: fc.Arbitrary<readonly Splice[]> = fc.array(
  fc.record({
    at: fc.nat(1_000_000),
    length: fc.nat(40),
    scrap: fc.constantFrom(...scraps),
    from: fc.nat(1_000_000),
    what: fc.constantFrom<Splice['what'][]>('cut', 'put', 'insert', 'double', 'move'),
  }),
  { maxLength: 4, size: 'max' },
);

/** The text with a few stretches of it removed, doubled, moved or overwritten. */
export function spliced(text: string, changes: readonly Splice[]): string {
  return changes.reduce((before, { at, length, scrap, from, what }) => {
    const start = at % (before.length + 1);
    const stretch = before.slice(start, start + length);
    const rest = before.slice(start + stretch.length);
    const moved = from % (before.length + 1);
    const put = {
      put: scrap,
      insert: scrap + stretch,
      double: stretch + stretch,
      cut: '',
      move: before.slice(moved, moved + 30),
    };
    return before.slice(0, start) + put[what] + rest;
  }, text);
}
