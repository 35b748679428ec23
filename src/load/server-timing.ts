/** What a server says of one request: the milliseconds of its parts by name. */
export type ServerTimes = ReadonlyMap<string, number>;

const metric = /([!#$%&'*+.^_`|~\w-]+)((?:\s*;\s*[!#$%&'*+.^_`|~\w-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,]*))?)*)/g;
const quoted = /;\s*desc\s*=\s*"(?:[^"\\]|\\.)*"/gi;
const duration = /;\s*dur\s*=\s*"?(\d+(?:\.\d+)?)"?/i;

/**
 * Reads a `Server-Timing` field (https://www.w3.org/TR/server-timing/): `db;dur=2.1, cache;desc="hit";dur=0.3`. Parts
 * without a duration are left out; the durations of parts of the same name add up.
 */
export function parseServerTiming(text: string): ServerTimes {
  const times = new Map<string, number>();
  for (const [, name = '', parameters = ''] of text.matchAll(metric)) {
    const ms = Number(duration.exec(parameters.replace(quoted, ''))?.[1]);
    if (Number.isFinite(ms)) times.set(name, (times.get(name) ?? 0) + ms);
  }
  return times;
}

const sample = 'sample;desc=';

/**
 * How many requests an answer speaks for, where the server lets only some of them speak: `sample;desc=8` at the beginning of
 * the field, as the reference app has it. Undefined where it does not say.
 */
export function standsFor(text: string): number | undefined {
  if (!text.startsWith(sample)) return undefined;
  const requests = Number.parseInt(text.slice(sample.length), 10);
  return requests > 0 ? requests : undefined;
}
