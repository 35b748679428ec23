import { piecesOf, textOf, type Variable } from '../../shapes/variables.ts';

/** The keys that one request drew, by name. */
export type DrawnKeys = ReadonlyMap<string, number>;

/** What a text around keys becomes. */
export interface TemplateOptions {
  /** What stands for a variable of the environment; as it is written unless something else is said. */
  readonly value?: (variable: Variable) => string;
  /** Applied to the text around the keys; the keys themselves are whole numbers and never need it. */
  readonly encode?: (part: string) => string;
}

/**
 * A text with keys in braces, and variables of the environment. Only braces around the name of a key count: all others, such
 * as those of a JSON body, are text. So is what a variable's value holds.
 */
export class Template {
  /** The names of the keys in it, each once. */
  readonly keys: ReadonlySet<string>;
  readonly #texts: readonly string[];
  readonly #names: readonly string[];

  constructor(text: string, keyNames: readonly string[], options: TemplateOptions = {}) {
    const { value = asWritten, encode = unchanged } = options;
    const texts: string[] = [''];
    const names: string[] = [];
    const add = (part: string): void => void texts.push(`${texts.pop() ?? ''}${part}`);
    const braces = bracesAround(keyNames);
    for (const piece of piecesOf(text)) {
      const parts = piece.kind === 'text' && braces ? piece.written.split(braces) : [textOf(piece, value)];
      for (const [index, part] of parts.entries()) {
        if (index % 2 === 0) add(part);
        else {
          names.push(part);
          texts.push('');
        }
      }
    }
    this.#texts = texts.map(encode);
    this.#names = names;
    this.keys = new Set(names);
  }

  fill(keys: DrawnKeys): string {
    let filled = this.#texts[0] ?? '';
    for (const [index, name] of this.#names.entries()) {
      filled += `${keys.get(name) ?? ''}${this.#texts[index + 1] ?? ''}`;
    }
    return filled;
  }
}

function asWritten({ written }: Variable): string {
  return written;
}

function unchanged(part: string): string {
  return part;
}

/** Writes the characters that HTTP does not allow in a request's target as percent signs and digits. */
export function encodePath(text: string): string {
  return text.replace(/[^\x21-\x7e]+/gu, encodeURIComponent).replaceAll('#', '%23');
}

/** With the name in a group: `split` then gives texts and names in turn. */
function bracesAround(names: readonly string[]): RegExp | undefined {
  if (names.length === 0) return undefined;
  const alternatives = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return new RegExp(`\\{(${alternatives})\\}`);
}
