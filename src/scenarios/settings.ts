import type { Fault } from '../shapes/fault.ts';
import { Mask } from '../shapes/mask.ts';
import { piecesOf, valueOf, type Variable, type Variables } from '../shapes/variables.ts';
import { unsetFault } from './variable-check.ts';
import { wordsOf, type Branch, type Leaf } from './yaml/tree.ts';

/** Fills variables in that stand for a setting: a value that is `${NAME}` or `${NAME:-default}`, and nothing beside it. */
export class Settings {
  /** A variable without a value was found, and told. */
  isMissing = false;
  readonly #environment: Variables;
  readonly #asWritten: readonly string[];
  readonly #onFault: (leaf: Leaf, fault: Fault) => void;
  readonly #mask = new Mask();

  /** `asWritten` are paths such as `check.contains`, at which nothing is filled in; the empty one is the value itself. */
  constructor(
    environment: Variables,
    asWritten: readonly string[],
    onFault: (leaf: Leaf, fault: Fault) => void = () => undefined,
  ) {
    this.#environment = environment;
    this.#asWritten = asWritten;
    this.#onFault = onFault;
  }

  fill(branch: Branch, path = ''): Branch {
    if (this.#asWritten.includes(path)) return wordsOf(branch);
    switch (branch.kind) {
      case 'leaf':
        return this.#fillLeaf(branch);
      case 'list':
        return { ...branch, items: branch.items.map((item) => this.fill(item, path)) };
      case 'table': {
        const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
        const entries = branch.entries.map((entry) => ({ ...entry, value: this.fill(entry.value, below(entry.key)) }));
        return { ...branch, entries };
      }
    }
  }

  /** What is wrong with a value, without the value: nobody knows what the variable holds that was named by mistake. */
  masked({ sentence, hint, within }: Fault): Fault {
    const masked = (text: string): string => this.#mask.masked(text);
    return { sentence: masked(sentence), hint: hint === undefined ? undefined : masked(hint), within };
  }

  #fillLeaf(leaf: Leaf): Leaf {
    const variable = onlyVariable(leaf.value);
    if (!variable) {
      this.#tellBare(leaf);
      return leaf;
    }
    const value = valueOf(variable, this.#environment);
    if (value === undefined) {
      this.isMissing = true;
      this.#onFault(leaf, unsetFault(variable));
      return leaf;
    }
    this.#mask.add(variable.name, value);
    return { ...leaf, value: scalarOf(value) };
  }

  #tellBare(leaf: Leaf): void {
    const name = bareName(leaf.value);
    if (name === undefined) return;
    this.isMissing = true;
    this.#onFault(leaf, { sentence: 'a variable is written in braces', hint: `write \${${name}}` });
  }
}

/** What a setting says that was meant to be a variable. */
function bareName(value: Leaf['value']): string | undefined {
  return typeof value === 'string' ? /^\$([A-Za-z_]\w*)$/.exec(value)?.[1] : undefined;
}

function onlyVariable(value: Leaf['value']): Variable | undefined {
  const [piece, ...others] = typeof value === 'string' ? piecesOf(value) : [];
  return piece?.kind === 'variable' && others.length === 0 ? piece : undefined;
}

/** What YAML would make of the same text. */
function scalarOf(text: string): string | number | boolean {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}
