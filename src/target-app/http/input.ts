import type { Context } from 'hono';
import en from 'zod/v4/locales/en.js';
import * as z from 'zod/mini';

import { MAX_ID } from '../todos/todo.ts';
import { badRequest, notJson, tooLarge, type Answer } from './answers.ts';

/** What a client sent: either good, or refused with the answer that says why. */
export type Input<Value> = { readonly value: Value } | { readonly refusal: Answer };

/** An id from a path. A regular expression, not a schema: the cached read is to be fast. */
export function readId(text: string | undefined): Input<number> {
  const id = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (id >= 1 && id <= MAX_ID) return { value: id };
  return { refusal: badRequest([{ path: 'id', message: `must be a whole number from 1 to ${MAX_ID}` }]) };
}

const MOST_OF_NAME = 100;

/** Who asks, as far as it says so: whatever it is called, it is the same one for who has that name. */
export function clientOf(c: Context): string | undefined {
  return c.req.header('x-client')?.slice(0, MOST_OF_NAME);
}

/** A whole number from the query string. */
export const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.pipe(
    z.string().check(z.regex(/^\d{1,10}$/, message)),
    z.pipe(z.transform(Number), z.number().check(z.gte(min, message), z.lte(max, message))),
  );
};

const inEnglish = { error: en().localeError }; // zod's small edition comes without words

/** Checks a value that came from outside against a schema. */
export function check<Schema extends z.ZodMiniType>(schema: Schema, given: unknown): Input<z.infer<Schema>> {
  const parsed = schema.safeParse(given, inEnglish);
  if (parsed.success) return { value: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  return { refusal: badRequest(issues) };
}

/** A media type, whatever its parameters; `application/problem+json` and the like are JSON, too. */
const JSON_TYPE = /^application\/([^\s;]+\+)?json\s*(;|$)/i;

/** Reads a JSON body of at most `maxBytes` and checks it. One that does not say what it is has to be JSON as well. */
export async function readBody<Schema extends z.ZodMiniType>(
  c: Context,
  schema: Schema,
  maxBytes: number,
): Promise<Input<z.infer<Schema>>> {
  if (!JSON_TYPE.test(c.req.header('content-type') ?? 'application/json')) return { refusal: notJson() };
  const text = await readText(c, maxBytes);
  if (text === undefined) return { refusal: tooLarge(maxBytes) };
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return { refusal: badRequest([{ path: '', message: 'the body is not valid JSON' }]) };
  }
  return check(schema, given);
}

/** The body as text, of at most `maxBytes`; undefined as soon as it turns out to be too large, whether or not its length was announced. */
export async function readText(c: Context, maxBytes: number): Promise<string | undefined> {
  const announced = c.req.header('content-length');
  if (announced !== undefined) return Number(announced) > maxBytes ? undefined : c.req.text();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: ReadableStream<Uint8Array> | null = c.req.raw.body;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
