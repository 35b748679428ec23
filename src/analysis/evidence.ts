import { formatNumber, formatRounded } from '../numbers.ts';
import type { Anatomy, Measurement, ServiceResources, Telemetry } from '../result.ts';
import type { Workload } from '../scenarios/scenario.ts';

/** All that is known of a trial when its findings are looked for. */
export interface Evidence {
  readonly measurement: Measurement;
  readonly telemetry: Telemetry;
  readonly resources: readonly ServiceResources[];
  /** By name, as `trialMetrics` gives them. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly workload: Workload;
  /** Of the machine; undefined where it is not known what the system under test runs on. */
  readonly cores: number | undefined;
}

/** A part of a latency, of which it may be the largest. */
export interface Share {
  /** In ms. */
  readonly partMs: number;
  readonly ofMs: number;
  readonly share: number;
  readonly isLargest: boolean;
}

/** Fewer requests than these are not spoken for by what their times were made of. */
const leastSamples = 10;

/** How much of p99 is that part; undefined where the server says nothing of its times. */
export function shareOfP99({ measurement }: Evidence, part: string): Share | undefined {
  const p99 = measurement.anatomy.find(({ percentile }) => percentile === 'p99');
  if (!p99 || p99.latencyUs === 0 || p99.samples < leastSamples) return undefined;
  const partUs = p99.parts[part] ?? 0;
  const isLargest = largestPart(p99.parts)?.name === part;
  return { partMs: partUs / 1000, ofMs: p99.latencyUs / 1000, share: partUs / p99.latencyUs, isLargest };
}

/** The part that takes most of a latency; the first of equals. */
export function largestPart(parts: Anatomy['parts']): { readonly name: string; readonly us: number } | undefined {
  const entries = Object.entries(parts).map(([name, us]) => ({ name, us }));
  return entries.reduce<(typeof entries)[number] | undefined>(
    (largest, entry) => (largest && largest.us >= entry.us ? largest : entry),
    undefined,
  );
}

/** "38 of 41 ms". */
export function ofTotal({ partMs, ofMs }: Share): string {
  return `${formatNumber(partMs)} of ${formatNumber(ofMs)} ms`;
}

/** The cores that something used, of those that it may use. */
export interface CoreUse {
  readonly used: number;
  readonly of: number;
}

/** What a service used of its limit, or of the machine where it has none; undefined where either is not known. */
export function coresOf({ resources, cores }: Evidence, service: string): CoreUse | undefined {
  const found = resources.find((resource) => resource.service === service);
  const of = found?.cpuLimit ?? cores;
  return found === undefined || of === undefined ? undefined : { used: found.cpuRatio, of };
}

/** What all services and the load generator used of the machine; undefined where that is not known. */
export function coresOfMachine({ resources, measurement, cores }: Evidence): CoreUse | undefined {
  if (cores === undefined || resources.length === 0) return undefined;
  const services = resources.filter(({ service }) => !service.startsWith('load-'));
  const used = services.reduce((sum, { cpuRatio }) => sum + cpuRatio, measurement.generator.cpuRatio);
  return { used, of: cores };
}

/** Whether next to nothing is left. */
export function isFull(use: CoreUse | undefined): use is CoreUse {
  return use !== undefined && use.used >= 0.9 * use.of;
}

/** "1.9 of 2 cores". */
export function inCores({ used, of }: CoreUse): string {
  return `${formatRounded(used, of < 1 ? 2 : 1)} of ${formatRounded(of, 2)} ${of === 1 ? 'core' : 'cores'}`;
}
