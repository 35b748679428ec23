import type { BesideMetrics } from '../model/running-system.ts';
import type { BesideTelemetry } from '../model/telemetry.ts';
import { changingTelemetryOf } from './changing.ts';
import { telemetryOf } from './telemetry.ts';
import type { Moment } from './timeline.ts';

/** What every copy of the services beside what is tested said. */
export interface BesideScrapes {
  /** As the measured time began. */
  readonly first: readonly BesideMetrics[];
  /** All samples, of which the first and the last are these. */
  readonly moments: readonly Moment[];
  /** After it had ended. */
  readonly last: readonly BesideMetrics[];
}

/**
 * What services beside what is tested said of themselves between two scrapes, each with its copies as replicas are read.
 * @param changing the services of which copies come and go as they are meant to
 * @returns in the order in which they were told; undefined where none tells anything
 */
export function besideTelemetryOf(
  { first, moments, last }: BesideScrapes,
  changing: readonly string[],
): BesideTelemetry[] | undefined {
  const services = [...new Set([...first, ...last].map(({ service }) => service))];
  const read = services.map((service): BesideTelemetry => {
    const [before, after] = [first, last].map((all) => all.filter((copy) => copy.service === service));
    const { replicas: copies, ...rest } = changing.includes(service)
      ? changingTelemetryOf(momentsOf(moments, service), after ?? [])
      : telemetryOf(before ?? [], after ?? []);
    return { service, copies, ...rest };
  });
  return read.length === 0 ? undefined : read;
}

/** The samples of one service, as if its copies were the replicas. */
function momentsOf(moments: readonly Moment[], service: string): readonly Moment[] {
  return moments.map(({ second, beside }) => ({ second, told: beside?.get(service) ?? new Map() }));
}
