import { faulty, type Extent, type Reading } from '../../shapes/fault.ts';

/** A name in parentheses behind a metric: a variant, or `replicas=2`, `request='GET /'`, `status=503`. */
export interface ArgumentToken extends Extent {
  readonly name: string;
  /** What stands behind `=`, if anything does. */
  readonly value: (Extent & { readonly text: string }) | undefined;
}

/** A piece of a claim. */
export type Token = Extent &
  (
    | { readonly kind: 'number'; readonly value: number; readonly unit: string }
    | {
        readonly kind: 'metric';
        readonly name: Extent & { readonly text: string };
        readonly args: readonly ArgumentToken[];
      }
    | { readonly kind: 'comparator' | 'operator' | 'parenthesis'; readonly text: string }
  );

const slips: Readonly<Record<string, string>> = {
  '=': '==',
  '=>': '>=',
  '=<': '<=',
  '≤': '<=',
  '≥': '>=',
  '≠': '!=',
  '<>': '!=',
};
const argument = /(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[\w.+-]+))\s*/y;

/** Cuts a claim into its pieces. */
export function tokenize(text: string): Reading<readonly Token[]> {
  const tokens: Token[] = [];
  let start = /^\s*/.exec(text)?.[0].length ?? 0;
  while (start < text.length) {
    const read = tokenAt(text, start);
    if ('fault' in read) return read;
    tokens.push(read.value);
    start = read.value.end + (/^\s*/.exec(text.slice(read.value.end))?.[0].length ?? 0);
  }
  return { value: tokens };
}

function tokenAt(text: string, start: number): Reading<Token> {
  const rest = text.slice(start);
  const number = /^(\d+(?:\.\d+)?)(%|\/(?:s|min)(?!\w)|[A-Za-zµ]+)?/.exec(rest);
  if (number) {
    const [whole, digits = '', unit = ''] = number;
    return { value: { kind: 'number', value: Number(digits), unit, start, end: start + whole.length } };
  }
  const name = /^[A-Za-z_]\w*(?:\.\w+)*/.exec(rest)?.[0];
  if (name !== undefined) return metricAt(text, { text: name, start, end: start + name.length });
  const sign = /^(?:<>|[<>=!]=|=[<>]|[<>=≤≥≠+*/()-])/.exec(rest)?.[0];
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  const end = start + (sign ?? character).length;
  if (sign === undefined) return faulty(`"${character}" has no meaning here`, undefined, { start, end });
  const meant = slips[sign];
  if (meant !== undefined) return faulty(`"${sign}" does not compare`, `did you mean "${meant}"?`, { start, end });
  if ('()'.includes(sign)) return { value: { kind: 'parenthesis', text: sign, start, end } };
  return { value: { kind: '+-*/'.includes(sign) ? 'operator' : 'comparator', text: sign, start, end } };
}

/** A metric and, in parentheses, what it is narrowed to. */
function metricAt(text: string, name: Extent & { readonly text: string }): Reading<Token> {
  const open = /^\s*\(\s*/.exec(text.slice(name.end));
  if (!open) return { value: { kind: 'metric', name, args: [], start: name.start, end: name.end } };
  const args: ArgumentToken[] = [];
  let end = name.end + open[0].length;
  for (;;) {
    const read = argumentAt(text, end);
    if ('fault' in read) return read;
    args.push(read.value.argument);
    end = read.value.next;
    const separator = /^[,)]\s*/.exec(text.slice(end))?.[0];
    if (separator === undefined) {
      const place = { start: Math.min(end, Math.max(0, text.length - 1)), end: end + 1 };
      return faulty('a closing parenthesis is missing', 'a metric is narrowed like this: p99(lock, replicas=2)', place);
    }
    if (separator.startsWith(')')) {
      return { value: { kind: 'metric', name, args, start: name.start, end: end + 1 } };
    }
    end += separator.length;
  }
}

function argumentAt(text: string, start: number): Reading<{ argument: ArgumentToken; next: number }> {
  const name = wordAt(text, start);
  if (!name) {
    const place = { start: Math.min(start, Math.max(0, text.length - 1)), end: start + 1 };
    return faulty('a variant or replicas=… is missing', 'a metric is narrowed like this: p99(lock, replicas=2)', place);
  }
  const equals = /^=\s*/.exec(text.slice(name.next))?.[0];
  const value = equals === undefined ? undefined : wordAt(text, name.next + equals.length);
  const argument = { name: name.text, value, start, end: name.end };
  if (equals !== undefined && !value) return faulty('a value is missing behind "="', undefined, argument);
  return { value: { argument, next: value?.next ?? name.next } };
}

function wordAt(text: string, start: number): (Extent & { text: string; next: number }) | undefined {
  argument.lastIndex = start;
  const match = argument.exec(text);
  if (!match) return undefined;
  const word = match.groups?.double ?? match.groups?.single ?? match.groups?.bare ?? '';
  return { text: word, start, end: start + match[0].trimEnd().length, next: start + match[0].length };
}
