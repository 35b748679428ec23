/** The keys that one request drew, by name. */
export type DrawnKeys = ReadonlyMap<string, number>;

/**
 * A text with keys in braces. Only braces around the name of a key count: all others, such as those of a JSON body, are
 * text.
 */
export class Template {
  /** The names of the keys in it, each once. */
  readonly keys: ReadonlySet<string>;
  readonly #texts: readonly string[];
  readonly #names: readonly string[];

  /** `encode` is applied to the text around the keys; the keys themselves are whole numbers and never need it. */
  constructor(text: string, keyNames: readonly string[], encode = (part: string): string => part) {
    const parts = keyNames.length === 0 ? [text] : text.split(bracesAround(keyNames));
    this.#texts = parts.filter((_, index) => index % 2 === 0).map(encode);
    this.#names = parts.filter((_, index) => index % 2 === 1);
    this.keys = new Set(this.#names);
  }

  fill(keys: DrawnKeys): string {
    let filled = this.#texts[0] ?? '';
    for (const [index, name] of this.#names.entries()) {
      filled += `${keys.get(name) ?? ''}${this.#texts[index + 1] ?? ''}`;
    }
    return filled;
  }
}

/** Writes the characters that HTTP does not allow in a request's target as percent signs and digits. */
export function encodePath(text: string): string {
  return text.replace(/[^\x21-\x7e]+/gu, encodeURIComponent).replaceAll('#', '%23');
}

/** With the name in a group: `split` then gives texts and names in turn. */
function bracesAround(names: readonly string[]): RegExp {
  const alternatives = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return new RegExp(`\\{(${alternatives})\\}`);
}
