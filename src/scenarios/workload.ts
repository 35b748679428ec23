import { z } from 'zod';
import { faulty, type Reading } from './fault.ts';
import type { AnswerCheck, KeyDistribution, RequestTemplate } from './scenario.ts';
import { handOn, number, reading, shorthand, table, text, whole } from './shapes.ts';
import { suggestion } from './suggest.ts';
import { formOf, withForm } from './written-form.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ownHeaders = ['host', 'connection', 'content-length', 'transfer-encoding'];
const mostKeys = 100_000_000;
const longestName = 100;
const requestHint = 'write a method and a path, for example GET /todos/{todo}';

/** The names of the keys in braces in a path or a body. */
export function keysIn(template: string): { readonly name: string; readonly start: number; readonly end: number }[] {
  return [...template.matchAll(/\{([A-Za-z_][\w-]*)\}/g)].map((match) => {
    return { name: match[1] ?? '', start: match.index, end: match.index + match[0].length };
  });
}

const readRequestLine = (input: unknown): Reading<{ method: string; path: string }> => {
  const parts = typeof input === 'string' ? /^(\S+)(\s+)(.+)$/.exec(input) : null;
  const [, method = '', space = '', path = ''] = parts ?? [];
  if (!parts) return faulty('a request must be a method and a path', requestHint);
  const within = { start: method.length + space.length, end: parts[0].length };
  if (!methods.includes(method)) {
    return faulty(`the method "${method}" is not known`, suggestion(method, methods), { start: 0, end: method.length });
  }
  if (!path.startsWith('/')) return faulty(`the path "${path}" must begin with /`, `write /${path}`, within);
  const strange = /[^!-~]/u.exec(path);
  if (strange) {
    const start = within.start + strange.index;
    const place = { start, end: start + strange[0].length };
    return faulty('a path cannot hold this character', `write it as ${percentEncoded(strange[0])}`, place);
  }
  const brace = /[{}]/.exec(path.replace(/\{[A-Za-z_][\w-]*\}/g, (key) => '-'.repeat(key.length)));
  if (!brace) return { value: { method, path } };
  const start = within.start + brace.index;
  return faulty('this brace belongs to no key', 'a key is a name in braces, such as {todo}', { start, end: start + 1 });
};
const requestLine = reading('the request', readRequestLine, {
  type: 'string',
  pattern: `^(${methods.join('|')})\\s+/\\S*$`,
});

const readHeaders = (input: unknown): Reading<Record<string, string>> => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return faulty('headers must be a map');
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    if (!/^[A-Za-z0-9-]+$/.test(name)) return faulty(`"${name}" is not the name of a header`);
    if (ownHeaders.includes(name.toLowerCase())) return faulty(`the lab itself sets the header "${name}"`);
    if (typeof value !== 'string' && typeof value !== 'number') return faulty(`the header "${name}" must be a text`);
    if (!/^[\x20-\x7e]*$/.test(String(value)))
      return faulty(`the header "${name}" holds a character that is not ASCII`);
    read[name] = String(value);
  }
  return { value: read };
};
const headers = reading('headers', readHeaders, {
  type: 'object',
  additionalProperties: { type: ['string', 'number'] },
});

/** A text is sent as it is; anything else as JSON, in which a text that is nothing but a key becomes its number. */
const body = reading('the body', (input): Reading<{ text: string; json: boolean }> => {
  if (typeof input === 'string') return { value: { text: input, json: false } };
  if (typeof input !== 'object' || input === null) return faulty('the body must be a text, a map or a list');
  return { value: { text: JSON.stringify(input).replace(/"(\{[A-Za-z_][\w-]*\})"(?!:)/g, '$1'), json: true } };
});

const check = table('check', {
  status: whole('the status', 100, 599).optional(),
  contains: text('the text that the answer contains').optional(),
});

/** Claims have it in quotes, reports in a line. */
const readName = (input: unknown, noun: string): Reading<string> => {
  if (typeof input !== 'string') return faulty(`${noun} must be a text`, 'put it in quotes');
  const strange = /[\p{C}"']/u.exec(input);
  if (strange) {
    const within = { start: strange.index, end: strange.index + strange[0].length };
    return faulty(`${noun} cannot hold this character`, 'leave quotes and control characters out', within);
  }
  const name = input.trim();
  if (name === '') return faulty(`${noun} is empty`);
  return name.length > longestName ? faulty(`${noun} is longer than ${longestName} characters`) : { value: name };
};
const name = reading('the name of the request', readName, {
  type: 'string',
  minLength: 1,
  maxLength: longestName,
  pattern: `^[^"']+$`,
});

function usualName({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path}`;
}

const short = requestLine.transform((line): RequestTemplate => {
  return { name: usualName(line), ...line, weight: 1, headers: {}, check: {} };
});

const long = table('a request', {
  request: requestLine,
  name: name.optional(),
  weight: whole('the weight', 1, 1_000_000).optional(),
  headers: headers.optional(),
  body: body.optional(),
  check: check.optional(),
}).transform((read): RequestTemplate => {
  const json: Record<string, string> = read.body?.json === true ? { 'content-type': 'application/json' } : {};
  const given = read.headers ?? {};
  const typed = Object.keys(given).some((name) => name.toLowerCase() === 'content-type');
  const answer: AnswerCheck = read.check ?? {};
  return {
    name: read.name ?? usualName(read.request),
    ...read.request,
    weight: read.weight ?? 1,
    headers: typed ? given : { ...json, ...given },
    ...(read.body === undefined ? {} : { body: read.body.text }),
    check: answer,
  };
});

/** One request of `workload:`: `GET /todos/{todo}`, or a map with a body, a weight, a check. */
export const requestSchema = shorthand<RequestTemplate>(short, long);

const zipf = table('a zipf key', {
  zipf: number('the exponent', 0, 10),
  of: whole('the number of keys', 1, mostKeys),
}).transform((read): KeyDistribution => ({ kind: 'zipf', exponent: read.zipf, of: read.of }));

const uniform = table('a uniform key', {
  uniform: whole('the number of keys', 1, mostKeys),
}).transform((read): KeyDistribution => ({ kind: 'uniform', of: read.uniform }));

const hot = table('a hot key', {
  hot: whole('the key', 1, mostKeys),
}).transform((read): KeyDistribution => ({ kind: 'hot', key: read.hot }));

/** One key of `keys:`: how its numbers are drawn. */
export const keySchema = withForm(
  z.unknown().transform((input, context): KeyDistribution => {
    const written = typeof input === 'object' && input !== null ? input : {};
    const schema = 'zipf' in written ? zipf : 'uniform' in written ? uniform : 'hot' in written ? hot : none;
    return handOn(schema.safeParse(input), context);
  }),
  { anyOf: [zipf, uniform, hot].map(formOf) },
);

const none = reading('the key', (): Reading<KeyDistribution> => {
  return faulty(
    'this does not say how the key is drawn',
    'write { zipf: 1.1, of: 1000 }, { uniform: 1000 } or { hot: 1 }',
  );
});

function percentEncoded(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  return bytes.map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}
