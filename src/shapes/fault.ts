/** A stretch of text, as offsets into it; the end is not included. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a value, before anyone knows where in a file it stands. */
export interface Fault {
  /** Lower case, no full stop: it follows "error:". */
  readonly sentence: string;
  /** What to write in its place. */
  readonly hint?: string | undefined;
  /** The part of the value (a text) that is wrong, where it is not all of it. */
  readonly within?: Extent | undefined;
}

/** A value that could be read, or what is wrong with it. */
export type Reading<T> = { readonly value: T } | { readonly fault: Fault };

/** A reading that went wrong. */
export function faulty(sentence: string, hint?: string, within?: Extent): { readonly fault: Fault } {
  return { fault: { sentence, hint, within } };
}

/** A hint as a sentence of the command line. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
