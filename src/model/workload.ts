import { z } from 'zod';
import type { Immutable } from './immutable.ts';

const keyCount = z.int().positive();

const keyDistributionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('uniform'), of: keyCount }),
  z.object({ kind: z.literal('zipf'), exponent: z.number().nonnegative(), of: keyCount }),
  z.object({ kind: z.literal('hot'), key: z.int() }),
]);

const answerCheckSchema = z.object({
  /** The only status that counts as right. */
  status: z.int().optional(),
  /** Text that the body must contain; keys in braces are filled in as in the request. */
  contains: z.string().optional(),
});

const requestTemplateSchema = z.object({
  /** What its results are told under: its method and path as they are written, unless it was given one. */
  name: z.string().min(1),
  method: z.string().min(1),
  path: z.string().startsWith('/'),
  weight: z.number().positive(),
  headers: z.record(z.string(), z.string()),
  /** The body as text; JSON bodies are written out by the parser. */
  body: z.string().optional(),
  /** Whether the body is JSON, in which the value of a variable is part of a text. */
  json: z.boolean().optional(),
  check: answerCheckSchema,
});

/** Reads a {@link Workload} that comes from outside the process. */
export const workloadSchema = z.object({
  requests: z.array(requestTemplateSchema).min(1),
  keys: z.record(z.string(), keyDistributionSchema),
});

/** How a key such as `{todo}` in a request is drawn; keys are whole numbers from 1 to `of`. */
export type KeyDistribution = Immutable<z.infer<typeof keyDistributionSchema>>;

/** What makes an answer right. Without one, any status below 400 is. */
export type AnswerCheck = Immutable<z.infer<typeof answerCheckSchema>>;

/**
 * One kind of request of a workload. Keys in braces in its texts are drawn anew for each request; variables of the environment
 * stand in them as they are written, and the load worker fills them in.
 */
export type RequestTemplate = Immutable<z.infer<typeof requestTemplateSchema>>;

/** Which requests are sent: a seeded mix over keys with a distribution. */
export type Workload = Immutable<z.infer<typeof workloadSchema>>;

/** The texts of a request in which variables may stand. */
export function textsOf({ path, headers, body, check }: RequestTemplate): readonly string[] {
  return [path, ...Object.values(headers), ...[body, check.contains].filter((text) => text !== undefined)];
}

/** The names of a workload's requests, each once: those that say the same method and path, and no name, are told as one. */
export function requestNames({ requests }: Workload): readonly string[] {
  return [...new Set(requests.map(({ name }) => name))];
}

/** True where a request of the workload may change rows, so that data must be laid anew before the next trial. */
export function writes(workload: Workload): boolean {
  return workload.requests.some((request) => !['GET', 'HEAD', 'OPTIONS'].includes(request.method));
}
