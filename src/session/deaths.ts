import { doubts } from '../analysis/caveats/doubts.ts';
import { LabError } from '../model/errors.ts';
import type { ServiceResources, Telemetry } from '../model/telemetry.ts';
import type { Death, Deployment } from '../platforms/platform.ts';
import type { Caveat, TrialRecord } from '../record/run-record.ts';

/**
 * The services of a deployment that have ended and were to run on; what an act has ended is none of them, unless it was started again
 * and has ended since. That the platform cannot tell is no reason to end a trial: none are told of then.
 * @throws the signal's reason where it is aborted
 */
export async function deathsIn(deployment: Deployment, signal: AbortSignal): Promise<readonly Death[]> {
  try {
    return (await deployment.deaths?.(signal)) ?? [];
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

/**
 * Refuses to go on with a deployment that has died.
 * @throws {LabError} that names what has ended, with the end of its log
 */
export async function insistOnLife(deployment: Deployment, signal: AbortSignal): Promise<void> {
  const [first, ...others] = (await deathsIn(deployment, signal)).filter(({ isFatal }) => isFatal);
  if (first === undefined) return;
  const { details, hint, message } = first.error;
  const logs = [first, ...others].flatMap(({ error }) => error.logs);
  const sentences = [message, ...others.map(({ error }) => error.message)].join(' ');
  throw new LabError(sentences, { details, logs, cause: first.error, ...(hint === undefined ? {} : { hint }) });
}

/** That a trial was spoilt: nothing that it measured tells of the system as it was to be. */
export function deathCaveats(deaths: readonly Death[]): Caveat[] {
  return deaths.map(({ error }) => {
    const text = `${error.message.replace(/\.$/, '')} in this trial or just after it: nothing that was measured can be judged`;
    return { kind: 'died', text, doubts: [...doubts.outcome] };
  });
}

/** Whether something died in a trial without which there is nothing to measure. */
export function isSpoilt({ caveats }: TrialRecord): boolean {
  return caveats.some(({ kind }) => kind === 'died');
}

/** What a trial recorded without the ends that are told as deaths: each is told once. */
export function withoutEnds(
  deaths: readonly Death[],
  telemetry: Telemetry,
  resources: readonly ServiceResources[],
): readonly [Telemetry, readonly ServiceResources[]] {
  const isTold = (copy: string): boolean => deaths.some((death) => death.copy === copy);
  return [
    { ...telemetry, lost: telemetry.lost.filter(({ replica }) => !isTold(replica)) },
    resources.map(({ ended, ...rest }) => (ended === undefined || isTold(rest.copy) ? rest : { ...rest, ended })),
  ];
}
