// What a terminal, or a reader, would take for something else than a character: control characters, marks that turn the
// direction of text, what is no character at all.
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\ufffd]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** How many characters of an excerpt are shown. */
const mostShown = 160;

/** Text in which nothing is hidden: control characters and the like are written as `\n` or `\x1b`. */
export function visible(text: string): string {
  return text.replaceAll(hidden, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return named[character] ?? (code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`);
  });
}

/** The same, and no longer than that: what was left away shows as `…`. */
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
