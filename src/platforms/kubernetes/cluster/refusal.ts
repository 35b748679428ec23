import { ApiException } from '@kubernetes/client-node';
import { z } from 'zod';
import { TimeLimit } from '../../../machine/time-limit.ts';
import { LabError, messageOf } from '../../../model/errors.ts';
import { startOf } from '../../../model/foreign-text.ts';

const statusSchema = z.object({ message: z.string(), reason: z.string().optional() });
const codedSchema = z.object({ code: z.string() });

/** The HTTP status with which the API server refused something; undefined for an error of another kind. */
export function refusedWith(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/** What the API server said, or the connection to it. */
export function refusalText(error: unknown): string {
  if (!(error instanceof ApiException)) return messageOf(error);
  return (statusIn(error.body)?.message ?? messageOf(error)).trim();
}

/** A Status object, which some answers give as text. */
export function statusIn(body: unknown): z.infer<typeof statusSchema> | undefined {
  if (typeof body !== 'string') return statusSchema.safeParse(body).data;
  try {
    return statusSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return body === '' ? undefined : { message: startOf(body, 300) };
  }
}

const passingCodes = [
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
];

/** Whether asking again a moment later may help: the server is restarting, overloaded, or the connection broke. */
export function isPassing(error: unknown): boolean {
  const status = refusedWith(error);
  if (status !== undefined) return status === 429 || status >= 500;
  // Of the client and of ours: there was no answer in time.
  if (error instanceof TimeLimit || (error instanceof Error && error.name === 'AbortError')) return true;
  return passingCodes.includes(codedSchema.safeParse(error).data?.code ?? '');
}

/** What API servers say of the usual kinds of bad luck, and what to do about each. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /exceeded quota|forbidden: .*quota/i,
    'The quota of the cluster leaves no room: ask for more, or lower replicas and limits of the scenario.',
  ],
  [/maximum .* usage per|LimitRange/i, 'The cluster allows a container less than that: lower limits of the scenario.'],
  [/violates PodSecurity/i, 'The cluster admits no such pod; this is a mistake of scale-lab, please report it.'],
  [/is being terminated|being deleted/i, 'It is on its way out; try again in a minute.'],
  [/already exists/i, 'Another run made it; scale-lab clean removes what dead runs left.'],
  [
    /forbidden|cannot .* resource/i,
    'Ask for the rights that docs/kubernetes.md lists, or take a context that has them.',
  ],
  [
    /ECONNREFUSED|ECONNRESET|EPIPE|socket hang up|ETIMEDOUT/,
    'The API server has stopped answering; see how the cluster is and run again.',
  ],
];

/** What to do about something that the API server said; undefined where there is no usual answer. */
export function hintForRefusal(text: string): string | undefined {
  return hints.find(([kind]) => kind.test(text))?.[1];
}

/** An error of the API server, as something to act on: "The namespace … cannot be made: …". LabErrors stay as they are. */
export function refusal(sentence: string, error: unknown): LabError {
  if (error instanceof LabError) return error;
  const text = refusalText(error);
  const hint = hintForRefusal(text);
  return new LabError(`${sentence}: ${text.replace(/\.$/, '')}.`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
