import type { Extent, Fault } from '../../shapes/fault.ts';
import { openAt, type Open } from './yaml-open.ts';

/** A slip, and where it is. */
type Slip = [Extent, Fault];

/** The line in which an offset lies: `key: value`, where it is one. */
interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly indent: number;
  readonly pair: { readonly key: string; readonly value: string; readonly valueAt: number } | undefined;
}

/** The slip that people make and that a YAML parser stumbles over at that offset, and what to write in its place. */
export function slipAt(text: string, offset: number): Slip | undefined {
  const line = lineAt(text, offset);
  const open = openAt(text, offset);
  if (open?.kind === 'quote') return unclosedQuote(text, open);
  return (
    flowSlip(text, offset, open) ??
    firstCharacterSlip(line) ??
    quoteSlip(line) ??
    colonSlip(line) ??
    unclosedSlip(text, line, open) ??
    columnSlip(text, line)
  );
}

function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const next = text.indexOf('\n', start);
  const end = next === -1 ? text.length : next;
  const line = text
    .slice(start, end)
    .replace(/\r$/, '')
    .replace(/\s+#.*$/, '')
    .trimEnd();
  const match = /^((?:\s|- )*)([^\s:#'"[{-][^:#]*):\s+(\S.*)$/.exec(line);
  const [, , key = '', value = ''] = match ?? [];
  const pair = match ? { key: key.trim(), value, valueAt: start + line.length - value.length } : undefined;
  return { start, end, text: line, indent: /^\s*/.exec(line)?.[0].length ?? 0, pair };
}

/** A text as YAML takes it whatever is in it. */
function quoted(text: string): string {
  return text.includes("'") && !/["\\]/.test(text) ? `"${text}"` : `'${text.replaceAll("'", "''")}'`;
}

/** The value that stands in this line, which is to be put in quotes. */
function needsQuotes({ pair }: Line, sentence: string): Slip | undefined {
  if (!pair) return undefined;
  const { key, value, valueAt } = pair;
  return [
    { start: valueAt, end: valueAt + value.length },
    { sentence, hint: `write ${key}: ${quoted(value)}` },
  ];
}

/** Braces and brackets inside braces and brackets: a variable, or a key in a path. */
function flowSlip(text: string, offset: number, open: Open | undefined): Slip | undefined {
  if (open?.kind !== 'flow') return undefined;
  const [start, end] = scalarAround(text, open, offset);
  const scalar = text.slice(start, end);
  const hasBrackets = /^[^\s'"[\]{}].*[[\]{}]/.test(scalar);
  if (!hasBrackets) return undefined;
  const hint = `write ${quoted(scalar)}`;
  const place = { start, end };
  if (!scalar.includes('${')) {
    return [place, { sentence: 'inside [ ] and { } a text with braces or brackets needs quotes', hint }];
  }
  const taken = 'settings, and texts that are sent, can be taken from the environment';
  return [place, { sentence: 'inside [ ] and { } a variable needs quotes', hint: `${hint}; ${taken}` }];
}

/** The plain text of a flow in which an offset lies, with the braces in it that close again. */
function scalarAround(text: string, open: Open, offset: number): readonly [number, number] {
  const before = text.slice(open.at + 1, offset);
  const lead = /^(?:.*(?:,\s+|:\s+|\{\s+))?\s*/s.exec(before)?.[0].length ?? 0;
  const start = open.at + 1 + lead;
  let depth = 0;
  let end = start;
  for (; end < text.length && text[end] !== '\n'; end++) {
    const character = text[end] ?? '';
    if ('[{'.includes(character)) depth++;
    if (']}'.includes(character) && depth-- === 0) break;
    if (character === ',' && depth === 0) break;
  }
  return [start, start + text.slice(start, end).trimEnd().length];
}

const reserved = '@`%*&!|>?-,]}';

/** A text that begins with a character which means something to YAML. */
function firstCharacterSlip(line: Line): Slip | undefined {
  const first = line.pair?.value.charAt(0) ?? '';
  return first !== '' && reserved.includes(first) ? needsQuotes(line, `a text cannot begin with ${first}`) : undefined;
}

/** An apostrophe inside single quotes, or more text behind the closing quote. */
function quoteSlip({ pair }: Line): Slip | undefined {
  const quote = pair?.value.charAt(0) ?? '';
  if (!pair || (quote !== "'" && quote !== '"')) return undefined;
  const { key, value, valueAt } = pair;
  const inner = value.slice(1, value.endsWith(quote) && value.length > 1 ? -1 : undefined);
  const sentence = `the text ends at its second ${quote}, and more comes after it`;
  return [
    { start: valueAt, end: valueAt + value.length },
    { sentence, hint: `write ${key}: ${quoted(inner)}` },
  ];
}

/** `question: One thing: is it fast?`, or `load: connections: 5`. */
function colonSlip(line: Line): Slip | undefined {
  const { pair } = line;
  if (!pair || !/:(\s|$)/.test(pair.value) || /^[[{]/.test(pair.value)) return undefined;
  const slip = needsQuotes(line, 'a text with a colon and a space in it needs quotes');
  if (!slip || !/^[\w-]+:\s/.test(pair.value)) return slip;
  const [place, { sentence, hint = '' }] = slip;
  return [place, { sentence, hint: `${hint}, or ${pair.key}: { ${pair.value} } where it is a map` }];
}

function unclosedQuote(text: string, { at, character }: Open): Slip {
  const { end } = lineAt(text, at);
  return [{ start: at, end }, { sentence: `the closing ${character} of this text is missing` }];
}

/** A bracket that nothing closes before the next key. */
function unclosedSlip(text: string, line: Line, open: Open | undefined): Slip | undefined {
  if (open?.kind !== 'flow') return undefined;
  const closing = open.character === '[' ? ']' : '}';
  const { end } = lineAt(text, open.at);
  const hint = `it is missing before line ${lineNumber(text, line.start)}`;
  return [
    { start: open.at, end },
    { sentence: `no ${closing} closes this ${open.character}`, hint },
  ];
}

/** A line that begins in a column of its own: the one at the offset, or the one after it. */
function columnSlip(text: string, line: Line): Slip | undefined {
  const next = text.slice(line.end + 1).search(/\S/);
  const after = next === -1 ? line : lineAt(text, line.end + 1 + next);
  const strange = after.indent > line.indent ? after : line;
  if (strange.text.trim() === '') return undefined;
  const place = { start: strange.start + strange.indent, end: strange.start + strange.text.length };
  const hint = 'keys of one map begin in the same column, as do the dashes of one list';
  return [place, { sentence: 'this line begins in a column in which nothing can begin', hint }];
}

function lineNumber(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
