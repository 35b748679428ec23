import { messageOf } from '../model/errors.ts';
import type { Happening, RunningSystem } from '../model/running-system.ts';
import type { Telemetry } from '../model/telemetry.ts';

type Happenings = NonNullable<Telemetry['happenings']>;
type Told = Happenings['told'][number];

/**
 * What befell the services since the measured time began, on its clock; undefined where the platform never tells. That it
 * cannot tell now is no reason to end a trial, and told in its place.
 * @param startedAtMs when the measured time began, by the clock of the load workers, which is the platform's
 * @throws the signal's reason where it is aborted
 */
export async function happeningsOf(
  deployment: RunningSystem,
  startedAtMs: number,
  signal: AbortSignal,
): Promise<Happenings | undefined> {
  if (!deployment.happenings) return undefined;
  try {
    // They have whole seconds: what happened in that of the start may have come after it.
    const all = await deployment.happenings(Math.floor(startedAtMs / 1000) * 1000, signal);
    return { told: gathered(all, startedAtMs) };
  } catch (error) {
    signal.throwIfAborted();
    return { told: [], problem: messageOf(error) };
  }
}

/** In their order, and what befell the same copy again told only as often as it did. */
function gathered(happenings: readonly Happening[], startedAtMs: number): Told[] {
  const told = new Map<string, Told>();
  for (const { atMs, service, copy, role, kind, text } of happenings.toSorted((one, other) => one.atMs - other.atMs)) {
    const key = `${kind} ${copy}`;
    const second = Math.max(0, Math.floor((atMs - startedAtMs) / 1000));
    const before = told.get(key) ?? { second, service, copy, role, kind, text, times: 0 };
    told.set(key, { ...before, times: before.times + 1 });
  }
  return [...told.values()];
}
