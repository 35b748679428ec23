import { z } from 'zod';
import { never, withTimeLimit } from '../../machine/time-limit.ts';
import { LabError, messageOf } from '../../model/errors.ts';

const statusSchema = z.object({ statusCode: z.int() });
const textSchema = z.object({ json: z.object({ message: z.string() }) });

/** The HTTP status with which the Engine refused something; undefined for an error of another kind. */
export function refusedWith(error: unknown): number | undefined {
  return statusSchema.safeParse(error).data?.statusCode;
}

/** What the Engine said when it refused something, without what dockerode puts around it. */
export function refusalText(error: unknown): string {
  return (textSchema.safeParse(error).data?.json.message ?? messageOf(error)).trim();
}

/** What the Engine says of the usual kinds of bad luck, and what to do about each. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /port is already allocated|address already in use/i,
    'Something else listens on that port of this machine; stop it, or try again: another port is drawn.',
  ],
  [
    /no space left on device|disk quota exceeded/i,
    'The disk of the Docker Engine is full; make room: docker system df shows what is on it, docker system prune removes what is unused.',
  ],
  [
    /address pool|subnetted/i,
    'Networks have taken all addresses that the Engine may give out; remove those that are not used: docker network prune',
  ],
  [/already exists|already in use by container/i, 'Another run made it; scale-lab clean removes what dead runs left.'],
  [/no such image/i, 'It was removed meanwhile; try again.'],
  [
    /Range of CPUs|Requested CPUs are not available/i,
    'The Engine has fewer cores than that; lower limits.cpu, or leave out --pin.',
  ],
  [/Minimum memory limit|memory limit.*too low|at its memory limit/i, 'Raise limits.memory.'],
  [
    /executable file not found|unable to find user|no such file or directory/i,
    'The image is not of the kind that is needed; docs/docker.md says what each must understand.',
  ],
  [/ECONNREFUSED|ENOENT|ECONNRESET|EPIPE|socket hang up/, 'The Docker Engine has stopped; start it and run again.'],
  [/^no answer within/, 'The Docker Engine hangs; restart it (systemctl restart docker), then run scale-lab clean.'],
];

/** What to do about something that the Engine or a container said; undefined where there is no usual answer. */
export function hintForRefusal(text: string): string | undefined {
  return hints.find(([kind]) => kind.test(text))?.[1];
}

/** An error of the Engine, as something to act on: "Redis cannot be started: …". LabErrors stay as they are. */
export function refusal(sentence: string, error: unknown): LabError {
  if (error instanceof LabError) return error;
  const text = refusalText(error);
  const hint = hintForRefusal(text);
  return new LabError(`${sentence}: ${text.replace(/\.$/, '')}.`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Longer than an Engine takes for anything that is not told of as it goes. */
const patienceMs = 120_000;

/** Waits for the Engine, but not for ever: one that hangs must not keep a run from its end. */
export async function inTime<T>(answer: Promise<T>): Promise<T> {
  return withTimeLimit(patienceMs, never(), async () => answer);
}

/** Asks the Engine for a change. No signal breaks it off: nobody would know what came of it, and whether to remove it. */
export async function asked<T>(sentence: string, change: Promise<T>): Promise<T> {
  try {
    return await inTime(change);
  } catch (error) {
    throw refusal(sentence, error);
  }
}
