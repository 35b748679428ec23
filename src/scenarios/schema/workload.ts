import { z } from 'zod';
import type { AnswerCheck, KeyDistribution, RequestTemplate } from '../../model/workload.ts';
import { faulty, type Fault, type Reading } from '../../shapes/fault.ts';
import { handOn, issueOf, number, reading, shorthand, table, text, whole } from '../../shapes/shapes.ts';
import { suggestion } from '../../shapes/suggest.ts';
import { piecesOf } from '../../shapes/variables.ts';
import { formOf, withForm } from '../../shapes/written-form.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ownHeaders = ['host', 'connection', 'content-length', 'transfer-encoding'];
const mostKeys = 100_000_000;
const longestName = 100;
const requestHint = 'write a method and a path, for example GET /todos/{todo}';

/** The names of the keys in braces in a text; braces after a dollar are those of a variable. */
export function keysIn(template: string): { readonly name: string; readonly start: number; readonly end: number }[] {
  const texts = piecesOf(template).filter((piece) => piece.kind === 'text');
  return texts.flatMap((piece) =>
    [...piece.written.matchAll(/\{([A-Za-z_][\w-]*)\}/g)].map((match) => {
      const start = piece.start + match.index;
      return { name: match[1] ?? '', start, end: start + match[0].length };
    }),
  );
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
    const hint = `write it as ${percentEncoded(strange[0])}`;
    const isBody = /^ +[{["]/.test(path.slice(strange.index));
    const meant = isBody ? `a body has a key of its own: { request: ${method} …, body: … }` : hint;
    return faulty('a path cannot hold this character', meant, place);
  }
  const brace = strayBrace(path);
  if (brace === undefined) return { value: { method, path } };
  const start = within.start + brace;
  return faulty('this brace belongs to no key', 'a key is a name in braces, such as {todo}', { start, end: start + 1 });
};
const requestLine = reading('the request', readRequestLine, {
  type: 'string',
  pattern: `^(${methods.join('|')})\\s+/\\S*$`,
});

/** Where a brace is that belongs to neither a key nor a variable. */
function strayBrace(path: string): number | undefined {
  let isLiteral = false;
  for (const { kind, written, start } of piecesOf(path)) {
    // What `$${` opens, the next brace closes.
    const closed = isLiteral ? written.replace('}', '-') : written;
    isLiteral = kind === 'literal';
    if (kind !== 'text') continue;
    const brace = /[{}]/.exec(closed.replace(/\{[A-Za-z_][\w-]*\}/g, (key) => '-'.repeat(key.length)));
    if (brace) return start + brace.index;
  }
  return undefined;
}

/** A token, as RFC 9110 (5.6.2) has it. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function headerFault(name: string, value: unknown): (Fault & { readonly onKey: boolean }) | undefined {
  if (!headerName.test(name)) {
    const hint = "letters, digits and any of !#$%&'*+-.^_`|~ make one";
    return { sentence: `"${name}" is not the name of a header`, hint, onKey: true };
  }
  if (ownHeaders.includes(name.toLowerCase()))
    return { sentence: `the lab itself sets the header "${name}"`, onKey: true };
  if (typeof value !== 'string') return { sentence: `the header "${name}" must be a text`, onKey: false };
  if (/^[\x20-\x7e]*$/.test(value)) return undefined;
  return { sentence: `the header "${name}" holds a character that is not ASCII`, onKey: false };
}

const readHeaders = z.unknown().transform((input, context): Readonly<Record<string, string>> => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    context.issues.push(
      issueOf(input, { sentence: 'headers must be a map', hint: 'write headers: { x-client: lab }' }),
    );
    return z.NEVER;
  }
  const read = Object.entries(input).flatMap(([name, value]) => {
    const fault = headerFault(name, value);
    if (fault) context.issues.push(issueOf(input, fault, [name], fault.onKey));
    return fault ? [] : [[name, String(value)] as const];
  });
  return Object.fromEntries(read);
});
const headers = withForm(readHeaders, {
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean'] },
  description: 'Headers',
});

/** As a text: a map or a list has been written as JSON before. */
const body = reading('the body', (input): Reading<string> => {
  return typeof input === 'string' ? { value: input } : faulty('the body must be a text, a map or a list');
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
  const answer: AnswerCheck = read.check ?? {};
  return {
    name: read.name ?? usualName(read.request),
    ...read.request,
    weight: read.weight ?? 1,
    headers: read.headers ?? {},
    ...(read.body === undefined ? {} : { body: read.body }),
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
