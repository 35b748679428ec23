/** A value with what a strategy needs to know of it. */
export interface Envelope {
  /** The wall clock's time from which on the value is no longer fresh. */
  readonly expiresAtMs: number;
  /** How long computing it took. */
  readonly recomputeMs: number;
  readonly text: string;
}

/** Writes `expiry|duration|text`: the text is the rest, so that opening it is a slice and not a parse. */
export function seal({ expiresAtMs, recomputeMs, text }: Envelope): string {
  return `${expiresAtMs}|${recomputeMs.toFixed(3)}|${text}`;
}

/** Reads what `seal` wrote; undefined for anything else, such as the bare text of another strategy. */
export function open(sealed: string): Envelope | undefined {
  const first = sealed.indexOf('|');
  const second = sealed.indexOf('|', first + 1);
  const expiresAtMs = Number(sealed.slice(0, first));
  const recomputeMs = Number(sealed.slice(first + 1, second));
  if (first < 1 || second < 0 || Number.isNaN(expiresAtMs) || Number.isNaN(recomputeMs)) return undefined;
  return { expiresAtMs, recomputeMs, text: sealed.slice(second + 1) };
}
