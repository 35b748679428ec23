import type { Reader } from './reader.ts';
import type { Branch, Leaf } from './yaml/tree.ts';

/** A number as JSON (RFC 8259, 6) has it. */
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * A map or a list as JSON, in the order and with the numbers of the file: what does not fit a double is not made to. A text
 * that is nothing but a key becomes its number. A number that JSON does not have is told.
 */
export function jsonOf(branch: Branch, reader: Reader): string {
  switch (branch.kind) {
    case 'leaf':
      return leafOf(branch, reader);
    case 'list':
      return `[${branch.items.map((item) => jsonOf(item, reader)).join(',')}]`;
    case 'table':
      return `{${branch.entries.map(({ key, value }) => `${JSON.stringify(key)}:${jsonOf(value, reader)}`).join(',')}}`;
  }
}

function leafOf(leaf: Leaf, reader: Reader): string {
  const { value, written = String(value) } = leaf;
  if (typeof value === 'string') return /^\{[A-Za-z_][\w-]*\}$/.test(value) ? value : JSON.stringify(value);
  if (typeof value !== 'number') return String(value);
  if (jsonNumber.test(written)) return written;
  const meant = Number.isSafeInteger(value) ? `write ${value}, or put it in quotes` : 'put it in quotes';
  reader.fault(leaf.place, {
    sentence: `JSON has no number that is written ${written}`,
    hint: `${meant} to send a text`,
  });
  return '0';
}
