import Docker from 'dockerode';
import { z } from 'zod';
import type { Environment } from '../../machine/environment.ts';
import { TimeLimit, unlessAborted, withTimeLimit } from '../../machine/time-limit.ts';
import { isOlder } from '../../machine/versions.ts';
import { LabError, messageOf } from '../../model/errors.ts';
import { type EngineAddress, engineAddresses } from './engine-address.ts';

/** A Docker Engine that answers. */
export interface Engine {
  readonly docker: Docker;
  readonly address: EngineAddress;
  readonly version: string;
  /** The newest version of its API: `1.56`. */
  readonly api: string;
  /** How many cores it has for containers. */
  readonly cores: number;
  /** Which limits its kernel can keep containers to; a rootless Engine may have been given none. */
  readonly limits: { readonly cpu: boolean; readonly memory: boolean };
}

const answerLimitMs = 10_000;
/** Of Docker Engine 20.10: the first that gives a container's figures without a second of waiting. */
const oldestApi = '1.41';
/** The Engine that this release was tried on. */
const tried = { engine: '29', api: '1.56' };

const versionSchema = z.object({ Version: z.string(), ApiVersion: z.string().regex(/^\d+\.\d+$/) });
const infoSchema = z.object({ NCPU: z.int().positive(), CpuCfsQuota: z.boolean(), MemoryLimit: z.boolean() });

/**
 * Finds the Engine of this machine, or the one that DOCKER_HOST names.
 * @throws {LabError} that says which of the usual reasons keeps it from answering, and the fix
 */
export async function openEngine(environment: Environment, signal: AbortSignal): Promise<Engine> {
  const problems: EngineProblem[] = [];
  for (const address of engineAddresses(environment)) {
    try {
      return await connect(address, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EngineProblem)) throw error;
      problems.push(error);
    }
  }
  // A socket that is there and does not let anybody in says more than one that is not there.
  const [first] = problems.sort((one, other) => Number(one.isMissing) - Number(other.isMissing));
  throw first ?? new LabError('There is no place to look for a Docker Engine.');
}

/** No Engine can be used at an address. */
export class EngineProblem extends LabError {
  override readonly name = 'EngineProblem';
  /** There is not even a socket: Docker is not installed, or was never started. */
  readonly isMissing: boolean;

  constructor(sentence: string, hint: string, options: { isMissing?: boolean; cause?: unknown } = {}) {
    super(sentence, { hint, cause: options.cause });
    this.isMissing = options.isMissing ?? false;
  }
}

async function connect(address: EngineAddress, signal: AbortSignal): Promise<Engine> {
  // Requests of this one are given up by themselves: an Engine that hangs must not keep this process alive.
  const probe = new Docker({ ...address.options, timeout: answerLimitMs + 1_000 });
  let answers: readonly unknown[];
  try {
    answers = await withTimeLimit(answerLimitMs, signal, (limited) =>
      unlessAborted(Promise.all<unknown>([probe.version(), probe.info()]), limited),
    );
  } catch (error) {
    signal.throwIfAborted();
    throw problemOf(address.name, error);
  }
  const parsed = versionSchema.safeParse(answers[0]);
  const info = infoSchema.safeParse(answers[1]);
  if (!parsed.success || !info.success) throw noEngine(address.name);
  const { Version, ApiVersion } = parsed.data;
  if (isOlder(ApiVersion, oldestApi)) {
    const hint = 'Update Docker: scale-lab needs Docker Engine 20.10 (API 1.41) or later.';
    throw new EngineProblem(`The Docker Engine at ${address.name} is too old: ${Version} (API ${ApiVersion}).`, hint);
  }
  const { NCPU, CpuCfsQuota: cpu, MemoryLimit: memory } = info.data;
  const engine = { docker: new Docker(address.options), address, version: Version, api: ApiVersion };
  return { ...engine, cores: NCPU, limits: { cpu, memory } };
}

/** What speaks against an Engine; undefined where nothing does. */
export function doubtOf({ api }: Pick<Engine, 'api'>): string | undefined {
  if (!isOlder(api, tried.api)) return undefined;
  return `it is older than Docker Engine ${tried.engine} (API ${tried.api}), which the lab was tried on; it asks for ${oldestApi} or later`;
}

function noEngine(name: string, cause?: unknown): EngineProblem {
  const hint = 'Set DOCKER_HOST to the address of a Docker Engine, or unset it.';
  return new EngineProblem(`What answers at ${name} is not a Docker Engine.`, hint, { cause });
}

/** Why an Engine did not answer, in a sentence with its fix. */
export function problemOf(name: string, cause: unknown): EngineProblem {
  const problem = (sentence: string, hint: string, isMissing = false): EngineProblem =>
    new EngineProblem(sentence, hint, { isMissing, cause });
  if (cause instanceof TimeLimit) {
    return problem(`The Docker Engine at ${name} gives no answer.`, 'Restart it: systemctl restart docker');
  }
  switch (cause instanceof Error && 'code' in cause ? cause.code : undefined) {
    case 'ENOENT':
    case 'ENOTDIR':
      return problem(
        `There is no Docker Engine: ${name} does not exist.`,
        'Install Docker and start it (systemctl start docker, or Docker Desktop), or set DOCKER_HOST.',
        true,
      );
    case 'EACCES':
    case 'EPERM':
      return problem(
        `This user may not use the Docker Engine at ${name}: permission denied.`,
        'Join the group docker (sudo usermod -aG docker "$USER", then log in again), or run with sudo.',
      );
    case 'ECONNREFUSED':
      return problem(
        `The Docker Engine at ${name} is stopped: nothing answers there.`,
        'Start it: systemctl start docker, or Docker Desktop.',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return problem(`The Docker Engine at ${name} cannot be reached: ${messageOf(cause)}.`, 'Check DOCKER_HOST.');
    default:
      return noEngine(name, cause);
  }
}
