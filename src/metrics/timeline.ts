import type { Measurement } from '../model/measurement.ts';
import type { Telemetry, TelemetryTimeline } from '../model/telemetry.ts';

type Slice = Measurement['timeline'][number];

/** The seconds of the measured time: neither the warm-up before it nor the waiting after it. The last one may be short. */
export function measuredSlices({ timeline, durationMs }: Measurement): readonly Slice[] {
  return timeline.filter(({ second }) => second >= 0 && second * 1000 < durationMs);
}

/** The samples of one series of what is tested, one for each of the timeline's seconds; undefined where it was never told. */
export function valuesOf(
  { series }: TelemetryTimeline,
  source: string,
  name: string,
): readonly (number | null)[] | undefined {
  return series.find((candidate) => isOf(candidate, source, name))?.values;
}

/** Whatever runs beside what is tested may be called as anything. */
function isOf(series: TelemetryTimeline['series'][number], source: string, name: string): boolean {
  return series.source === source && series.name === name && series.service === undefined;
}

/** The samples of one series in the measured time; null where the source did not answer. */
export function measuredValues(
  timeline: TelemetryTimeline,
  { durationMs }: Measurement,
  source: string,
  name: string,
): readonly (number | null)[] {
  const isMeasured = timeline.seconds.map((second) => second >= 0 && second * 1000 < durationMs);
  return (valuesOf(timeline, source, name) ?? []).filter((_, index) => isMeasured[index]);
}

/** A moment at which a replica told of its pool. */
export interface PoolSample {
  readonly inUse: number;
  readonly size: number;
}

/** What every replica's pool looked like, second by second of the measured time; none where pools are not limited. */
export function poolSamples({ replicas, timeline }: Telemetry, measurement: Measurement): readonly PoolSample[] {
  return replicas.flatMap(({ replica, gauges }) => {
    const { db_pool_size: size = 0 } = gauges;
    if (size === 0) return [];
    const values = measuredValues(timeline, measurement, replica, 'db_pool_in_use');
    return values.flatMap((inUse) => (inUse === null ? [] : [{ inUse, size }]));
  });
}

/** The highest value that a gauge had in any sample. */
export function highest({ series }: TelemetryTimeline, source: string, name: string): number | undefined {
  const values = series
    .filter((candidate) => isOf(candidate, source, name))
    .flatMap((candidate) => candidate.values.filter((value) => value !== null));
  return values.length === 0 ? undefined : Math.max(...values);
}
