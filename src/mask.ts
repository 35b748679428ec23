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
    const whole = text.replace(this.#pattern, (writing) => this.#shown.get(writing) ?? writing);
    return whole.includes(cut) ? this.#withoutParts(whole) : whole;
  }

  /** Takes away what is left of values, too, where the text was shortened. */
  #withoutParts(text: string): string {
    const stretches = text.split(cut);
    return stretches
      .map((stretch, index) => {
        const [from, to] = [index > 0, index < stretches.length - 1];
        if (from && to && stretch.length >= leastLength)
          for (const [writing, shown] of this.#shown) if (writing.includes(stretch)) return shown;
        const withoutStart = from ? this.#withoutEndOfOne(stretch) : stretch;
        return to ? this.#withoutStartOfOne(withoutStart) : withoutStart;
      })
      .join(cut);
  }

  /** A text that begins with the end of a value. */
  #withoutEndOfOne(text: string): string {
    const [length, shown] = this.#longestPart((writing, length) => text.startsWith(writing.slice(-length)), text.length);
    return shown + text.slice(length);
  }

  /** A text that ends with the start of a value. */
  #withoutStartOfOne(text: string): string {
    const [length, shown] = this.#longestPart((writing, length) => text.endsWith(writing.slice(0, length)), text.length);
    return text.slice(0, text.length - length) + shown;
  }

  #longestPart(
    isThere: (writing: string, length: number) => boolean,
    most: number,
  ): readonly [length: number, shown: string] {
    let found: readonly [number, string] = [0, ''];
    for (const [writing, shown] of this.#shown) {
      for (let length = Math.min(writing.length - 1, most); length >= Math.max(leastLength, found[0] + 1); length--) {
        if (isThere(writing, length)) found = [length, shown];
      }
    }
    return found;
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
