import { indent } from './terminal-table.ts';

/** Breaks text at spaces so that each line fits; a word that is longer than a line stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.trim() === '' ? [] : text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A name in a column of its own, and text beside it that wraps under itself. */
export function labelled(
  name: string,
  text: string,
  labelWidth: number,
  columns: number,
  paint: (name: string) => string,
): string {
  const left = indent.length + labelWidth + 1;
  const [first = '', ...rest] = wrap(text, Math.max(20, columns - left));
  return [`${indent}${paint(name.padEnd(labelWidth))} ${first}`, ...rest.map((line) => ' '.repeat(left) + line)].join(
    '\n',
  );
}
