import type { Deployment } from '../platforms/platform.ts';
import { tellError } from './describe-error.ts';
import type { Io } from './io.ts';

const everyMs = 1_000;

/** Tells once of each copy of a deployment that has ended, with the end of its log; until the command is told to end. */
export async function watchDeaths(deployment: Deployment, { err, signal }: Pick<Io, 'err' | 'signal'>): Promise<void> {
  const { pause } = await import('../machine/time-limit.ts');
  const told = new Set<string>();
  // The pause keeps the process alive: nothing else that is waited for does.
  for (; !signal.aborted; await pause(everyMs, signal).catch(() => undefined)) {
    // That the platform cannot tell now is no reason to end what runs.
    const deaths = (await deployment.deaths?.(signal).catch(() => [])) ?? [];
    for (const { copy, isFatal, error } of deaths) {
      const key = `${copy} ${String(isFatal)}`;
      if (told.has(key)) continue;
      told.add(key);
      tellError(err, error);
      if (isFatal) err.write('  Nothing works without it any more: end this by Ctrl-C, and start it anew.\n');
    }
  }
}
