/** Shorter values would be found everywhere: what is shorter than this is no secret that holds. */
const leastLength = 4;

/** Takes the values of variables out of texts that come from outside: each is shown as `${NAME}` again. */
export class Mask {
  readonly #shown = new Map<string, string>();
  #pattern: RegExp | undefined;

  /** Notes a value that was handed out, in all the writings in which it may come back. */
  add(name: string, value: string): void {
    this.#add(value, `\${${name}}`);
  }

  /** Notes a secret that has no name: it is shown as `***`. */
  hide(secret: string): void {
    this.#add(secret, '***');
  }

  #add(value: string, shown: string): void {
    for (const writing of writingsOf(value)) {
      if (writing.length < leastLength || this.#shown.has(writing)) continue;
      this.#shown.set(writing, shown);
      this.#pattern = undefined;
    }
  }

  /** The text without the values. */
  masked(text: string): string {
    if (this.#shown.size === 0) return text;
    this.#pattern ??= patternOf([...this.#shown.keys()]);
    return text.replace(this.#pattern, (writing) => this.#shown.get(writing) ?? writing);
  }
}

/** As it is; in JSON; in a path or a query; without the slash at the end that an address loses. */
function writingsOf(value: string): readonly string[] {
  return [
    value,
    value.trim(),
    JSON.stringify(value).slice(1, -1),
    encodeURI(value),
    value.replace(/[^\x21-\x7e]+/gu, encodeURIComponent),
    encodeURIComponent(value),
    value.replace(/\/+$/, ''),
  ];
}

/** The longest first: one value may hold another. */
function patternOf(writings: readonly string[]): RegExp {
  const sorted = writings.toSorted((one, other) => other.length - one.length);
  return new RegExp(sorted.map((writing) => writing.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
}
