/** What a text can be filled in from: the environment, or the part of it that a load job carries. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A variable of the environment in a text: `${NAME}`, or `${NAME:-default}`. */
export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  /** What stands in for one that is not set, or empty. */
  readonly fallback: string | undefined;
  /** As it stands in the text. */
  readonly written: string;
  readonly start: number;
}

/** A stretch of a text, with its place. */
export type Piece =
  | Variable
  | { readonly kind: 'text'; readonly written: string; readonly start: number }
  /** `$${`, which is the text `${`. */
  | { readonly kind: 'literal'; readonly written: string; readonly start: number }
  /** Braces after a dollar that hold no name. */
  | { readonly kind: 'malformed'; readonly written: string; readonly start: number };

const marks = /\$\$\{|\$\{([^}]*)\}|\$\{/g;
const inside = /^([A-Za-z_]\w*)(?::-([^{]*))?$/;

/** Cuts a text at its variables. The pieces as written, one after another, are the text. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  const takeText = (until: number): void => {
    if (until > end) pieces.push({ kind: 'text', written: text.slice(end, until), start: end });
  };
  for (const match of text.matchAll(marks)) {
    takeText(match.index);
    pieces.push(pieceOf(match[0], match[1], match.index));
    end = match.index + match[0].length;
  }
  takeText(text.length);
  return pieces;
}

function pieceOf(written: string, content: string | undefined, start: number): Piece {
  if (written === '$${') return { kind: 'literal', written, start };
  const [, name, fallback] = inside.exec(content ?? '') ?? [];
  return name === undefined
    ? { kind: 'malformed', written, start }
    : { kind: 'variable', name, fallback, written, start };
}

/** The variables in a text, in their order. */
export function variablesIn(text: string): readonly Variable[] {
  return piecesOf(text).filter((piece) => piece.kind === 'variable');
}

/** The value of a variable, or else its default; undefined where it has neither. */
export function valueOf({ name, fallback }: Variable, variables: Variables): string | undefined {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return fallback !== undefined && (value === undefined || value === '') ? fallback : value;
}

/** The variables in a text that are set, with their values; what only has a default is none of them. */
export function valuesIn(text: string, variables: Variables): readonly (readonly [name: string, value: string])[] {
  return variablesIn(text).flatMap(({ name }) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** The text with its variables filled in; one that has no value stays as it is written. */
export function filledIn(text: string, variables: Variables): string {
  return piecesOf(text)
    .map((piece) => textOf(piece, (variable) => valueOf(variable, variables) ?? variable.written))
    .join('');
}

/** What stands for a piece in the text that is meant. */
export function textOf(piece: Piece, value: (variable: Variable) => string): string {
  if (piece.kind === 'variable') return value(piece);
  return piece.kind === 'literal' ? '${' : piece.written;
}
