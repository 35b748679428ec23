import { visible } from '../../model/foreign-text.ts';

/** How many characters of an excerpt are shown. */
const mostShown = 160;

/** Text in which nothing is hidden, and no longer than that: what was left away shows as `…`. */
export function shortened(text: string, most = mostShown): string {
  const characters = Array.from(visible(text).slice(0, 2 * most + 2));
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}

/** A part of bytes as a quoted text: as UTF-8 where they are that, and otherwise byte by byte. What was left away shows as `…`. */
export function excerpt(bytes: Buffer, from: number, to: number): string {
  const [before, after] = [from > 0 ? '…' : '', to < bytes.length ? '…' : ''];
  return `"${before}${shortened(textOf(bytes.subarray(from, to)))}${after}"`;
}

/** Bytes as text: as UTF-8 where they are that, and otherwise byte by byte. A character that is cut at the end is left away. */
export function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return bytes.toString('latin1');
  }
}
