/** Shorter values would be found everywhere: what is shorter than this is no secret that holds. */
const leastLength = 4;

/** What stands where a text was shortened. */
const cut = '…';

/**
 * Takes the values of variables out of texts that come from outside: each is shown as `${NAME}` again. Where a text was shortened,
 * which a `…` says, it takes away what is left of a value as well.
 */
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
    // Logs are told line by line, and so is what they hold of a value.
    for (const writing of [value, ...value.split(/[\r\n]+/)].flatMap(writingsOf)) {
      if (writing.length < leastLength || this.#shown.has(writing)) continue;
      this.#shown.set(writing, shown);
      this.#pattern = undefined;
    }
  }

  /** The text without the values. */
  masked(text: string): string {
    if (this.#shown.size === 0) return text;
    this.#pattern ??= patternOf([...this.#shown.keys()]);
    const whole = text.replace(this.#pattern, (writing) => this.#shown.get(writing) ?? writing);
    return whole.includes(cut) ? this.#withoutParts(whole) : whole;
  }

  /** Takes away what is left of values, too, where the text was shortened. */
  #withoutParts(text: string): string {
    const stretches = text.split(cut);
    return stretches
      .map((stretch, index) => {
        const [isCutBefore, isCutAfter] = [index > 0, index < stretches.length - 1];
        const inside = isCutBefore && isCutAfter ? this.#shownFor(stretch) : undefined;
        if (inside !== undefined) return inside;
        const rest = isCutBefore ? this.#withoutEndOfOne(stretch) : stretch;
        return isCutAfter ? this.#withoutStartOfOne(rest) : rest;
      })
      .join(cut);
  }

  /** What is shown for a text out of the midst of a value; undefined where it is from none. */
  #shownFor(text: string): string | undefined {
    if (text.length < leastLength) return undefined;
    return [...this.#shown].find(([writing]) => writing.includes(text))?.[1];
  }

  /** A text that begins with the end of a value. */
  #withoutEndOfOne(text: string): string {
    const part = this.#longestPart(text.length, (writing, length) => text.startsWith(writing.slice(-length)));
    return part.shown + text.slice(part.length);
  }

  /** A text that ends with the start of a value. */
  #withoutStartOfOne(text: string): string {
    const part = this.#longestPart(text.length, (writing, length) => text.endsWith(writing.slice(0, length)));
    return text.slice(0, text.length - part.length) + part.shown;
  }

  /** The longest part of a value that is there, of at most that many characters, and what is shown for it. */
  #longestPart(
    most: number,
    isThere: (writing: string, length: number) => boolean,
  ): { readonly length: number; readonly shown: string } {
    let longest = { length: 0, shown: '' };
    for (const [writing, shown] of this.#shown) {
      const least = Math.max(leastLength, longest.length + 1);
      for (let length = Math.min(writing.length - 1, most); length >= least; length--) {
        if (!isThere(writing, length)) continue;
        longest = { length, shown };
        break;
      }
    }
    return longest;
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
