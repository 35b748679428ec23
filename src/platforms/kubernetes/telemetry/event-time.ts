import type { CoreV1Event } from '@kubernetes/client-node';

/** When an event last happened, in ms since 1970, to the second; of some the client gives the time as text, or null. */
export function eventTimeMs({
  lastTimestamp,
  eventTime,
  firstTimestamp,
}: Partial<Readonly<Record<keyof CoreV1Event, unknown>>>): number | undefined {
  const times: readonly unknown[] = [lastTimestamp, eventTime, firstTimestamp];
  return times.map(timeMs).find((time) => time !== undefined);
}

function timeMs(time: unknown): number | undefined {
  const ms = time instanceof Date ? time.getTime() : typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
