import type { Extent } from '../../shapes/fault.ts';
import type { Leaf } from './tree.ts';

const escapeLengths: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/** Where a part of a text stands in the file; the whole text where its quoting is too intricate to say. */
export function placeWithin(source: string, leaf: Leaf, part: Extent): Extent {
  const offsets = offsetsOf(source.slice(leaf.place.start, leaf.place.end), leaf);
  const start = offsets?.[part.start];
  const end = offsets?.[part.end];
  if (start === undefined || end === undefined) return leaf.place;
  return { start: leaf.place.start + start, end: leaf.place.start + Math.max(end, start + 1) };
}

/** For each character of the value, and for its end, the offset at which it is written. */
function offsetsOf(written: string, { value, style }: Leaf): readonly number[] | undefined {
  if (typeof value !== 'string' || written.includes('\n') || style === 'block') return undefined;
  const offsets: number[] = [];
  const last = style === 'plain' ? written.length : written.length - 1;
  let offset = style === 'plain' ? 0 : 1;
  while (offset < last) {
    const length = style === 'plain' ? 1 : writtenLength(written, offset, style);
    // A character beyond the basic plane counts twice in a text, but is escaped once.
    const units = written.startsWith('\\U', offset) && style === 'double-quoted' ? unitsOf(written, offset) : 1;
    for (let unit = 0; unit < units; unit++) offsets.push(offset);
    offset += length;
  }
  offsets.push(last);
  return offsets.length === value.length + 1 ? offsets : undefined;
}

function writtenLength(written: string, offset: number, style: Leaf['style']): number {
  if (style === 'single-quoted') return written.startsWith("''", offset) ? 2 : 1;
  if (written[offset] !== '\\') return 1;
  return escapeLengths[written[offset + 1] ?? ''] ?? 2;
}

function unitsOf(written: string, offset: number): number {
  return parseInt(written.slice(offset + 2, offset + 10), 16) > 0xffff ? 2 : 1;
}
