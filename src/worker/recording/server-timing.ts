/** What a server says of one request: the milliseconds of its parts by name. */
export type ServerTimes = ReadonlyMap<string, number>;

/** More parts than this, and longer names, are no account of a request. */
const mostParts = 32;
const longestName = 60;

/** Nothing that a load waits for takes longer. */
const dayMs = 86_400_000;

/**
 * Reads a `Server-Timing` field as the W3C has it (https://www.w3.org/TR/server-timing/): `db;dur=2.1, cache;desc="hit"`. Parts
 * without a duration, or with one that is no number of at most a day, are left out, as is what comes after the first
 * {@link mostParts}; the durations of parts of the same name add up.
 */
export function parseServerTiming(text: string): ServerTimes {
  const times = new Map<string, number>();
  for (const part of cut(text, ',').slice(0, mostParts)) {
    const [name = '', ...parameters] = cut(part, ';').map((piece) => piece.trim());
    const ms = durationOf(parameters);
    if (name === '' || ms === undefined) continue;
    const shown = name.slice(0, longestName);
    times.set(shown, (times.get(shown) ?? 0) + ms);
  }
  return times;
}

/** The first `dur` counts. */
function durationOf(parameters: readonly string[]): number | undefined {
  const written = parameters.map((parameter) => /^dur\s*=\s*(.*)$/is.exec(parameter)?.[1]);
  const first = written.find((value) => value !== undefined);
  if (first === undefined) return undefined;
  // Numbers as HTML reads floating-point numbers, which Server-Timing says: what comes after one does not count.
  const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?/i.exec(unquoted(first).trim())?.[0];
  const ms = Number(number);
  return ms >= 0 && ms <= dayMs ? ms : undefined;
}

function unquoted(value: string): string {
  return /^"((?:[^"\\]|\\.)*)/s.exec(value)?.[1]?.replace(/\\(.)/gs, '$1') ?? value;
}

/** Cuts a text at a separator that stands outside quotes. */
function cut(text: string, separator: ',' | ';'): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (character === '\\' && isQuoted) at++;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

const sample = 'sample;desc=';

/** A server that lets fewer of its answers speak says nothing that could be counted on. */
const mostStandFor = 1_000_000;

/**
 * How many requests an answer speaks for, where the server lets only some of them speak: `sample;desc=8` at the beginning of
 * the field, as the reference app has it. Undefined where it does not say, or says what cannot be.
 */
export function standsFor(text: string): number | undefined {
  if (!text.startsWith(sample)) return undefined;
  const requests = Number.parseInt(text.slice(sample.length), 10);
  return requests > 0 && requests <= mostStandFor ? requests : undefined;
}
