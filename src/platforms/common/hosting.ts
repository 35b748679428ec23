import { TimeLimit } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import type { HostedTopology } from '../../model/plan.ts';
import { step, type OnStep } from '../../model/steps.ts';
import { type Accepts, NotReady } from './answer.ts';

/** What is asked, and which status says that a server is ready. */
export interface Readiness {
  readonly path: string;
  readonly accepts: Accepts;
}

/** Of the reference app. */
export const appReadiness: Readiness = { path: '/readyz', accepts: (status) => status === 200 };

/** Of a server of the user's own: any answer shows that it listens. */
export function readinessOf({ readyPath }: Pick<HostedTopology, 'readyPath'>): Readiness {
  return readyPath === undefined
    ? { path: '/', accepts: () => true }
    : { path: readyPath, accepts: (status) => status < 400 };
}

/** How long a server of the user's own may take to stop before it is killed. */
export const hostedGraceMs = 5_000;

/** The name of a replica, from 1. */
export function hostedName(number: number): string {
  return `target-${number}`;
}

/** Whether a service is a replica of a server of the user's own, on whichever platform. */
export function isTargetService(service: string): boolean {
  return /^target\b/.test(service);
}

/** What is put in place of what ran before: how its replicas are started, and what is needed beside them. */
export interface Servers<Replica> {
  readonly noun: string;
  readonly readiness: Readiness;
  readonly prepare: (signal: AbortSignal) => Promise<void>;
  readonly start: (number: number, signal: AbortSignal) => Promise<Replica>;
}

/**
 * Starts the replicas of these numbers, as one step, and prepares what they need at the same time: nothing asks a replica for
 * data before both are done.
 */
export async function startServers<Replica>(
  { noun, prepare, start }: Servers<Replica>,
  numbers: readonly number[],
  onStep: OnStep,
  signal: AbortSignal,
): Promise<readonly Replica[]> {
  const startAll = (limited: AbortSignal): Promise<readonly Replica[]> =>
    together(limited, (inner) => numbers.map((number) => start(number, inner)));
  const [, started] = await together(signal, (limited) => [
    prepare(limited),
    numbers.length === 0
      ? Promise.resolve([])
      : step(onStep, `${numbers.length} × ${noun} starts`, () => startAll(limited)),
  ]);
  return started;
}

/** Adds what to do about a server that runs and does not become ready; of one that has ended its log tells. */
export async function withHint<T>(hint: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof LabError) || error.hint !== undefined || !isLate(error.cause)) throw error;
    throw new LabError(error.message, { details: error.details, logs: error.logs, hint, cause: error });
  }
}

function isLate(cause: unknown): boolean {
  return cause instanceof NotReady || cause instanceof TimeLimit;
}
