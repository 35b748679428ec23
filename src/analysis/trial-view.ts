import { shardNamesIn } from '../metrics/shards.ts';
import type { Anatomy, Measurement } from '../model/measurement.ts';
import { formatNumber, formatRounded, plural } from '../model/numbers.ts';
import type { Trial } from '../model/plan.ts';
import type { Subject } from '../model/subject.ts';
import type { MachineResources, ServiceResources, Telemetry } from '../model/telemetry.ts';

/** All that is known of a trial when its findings are looked for. */
export interface TrialView {
  readonly measurement: Measurement;
  readonly telemetry: Telemetry;
  readonly resources: readonly ServiceResources[];
  /** Undefined where it is not known what the system under test runs on. */
  readonly machine: MachineResources | undefined;
  /** By name, as `trialMetrics` gives them. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What was run. */
  readonly trial: Pick<Trial, 'scenario' | 'variant' | 'replicas' | 'system' | 'workload'>;
}

/**
 * Whether something is at its limit. What lies between is unclear: of two runs of the same, one may be a little above a line and
 * one below it, and they must not be given opposite advice.
 */
export type Level = 'free' | 'unclear' | 'full';

/** The level of a value: free below the one number, full from the other on. */
export function levelOf(value: number, freeBelow: number, fullFrom: number): Level {
  if (value >= fullFrom) return 'full';
  return value < freeBelow ? 'free' : 'unclear';
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
export function shareOfP99({ measurement }: TrialView, part: string): Share | undefined {
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

/** A database, and what it used of its limit, or of the machine where it has none. */
interface DatabaseUse {
  readonly about: Subject;
  /** Undefined where neither limit nor machine is known. */
  readonly cores: CoreUse | undefined;
}

/**
 * PostgreSQL, where the platform tells of it. Of several that have the users divided among them, the busiest: no other does its work. A
 * service beside what is tested is none, whatever it is called.
 */
function databaseIn({ resources, machine, telemetry }: TrialView): DatabaseUse | undefined {
  const shards = shardNamesIn(telemetry);
  const isDatabase = ({ service, role }: ServiceResources): boolean =>
    role === 'store' && (shards.length === 0 ? service === 'postgres' : shards.includes(service));
  const uses = resources.filter(isDatabase).map(({ service, copy, cpuRatio: used, cpuLimit }): DatabaseUse => {
    const of = cpuLimit ?? (machine && coresFor(machine));
    return { about: { service, copy }, cores: of === undefined ? undefined : { used, of } };
  });
  const share = ({ cores }: DatabaseUse): number => (cores === undefined ? 0 : cores.used / cores.of);
  return uses.toSorted((one, other) => share(other) - share(one))[0];
}

/** The database as a finding is about it; undefined where the platform does not tell of it. */
export function aboutDatabase(view: TrialView): Subject | undefined {
  return databaseIn(view)?.about;
}

/** What the database used of its limit, or of the machine where it has none; undefined where either is not known. */
export function coresOfDatabase(view: TrialView): CoreUse | undefined {
  return databaseIn(view)?.cores;
}

/** Those that the load generator has to itself are nobody else's. */
function coresFor({ cores, loadCores = 0 }: MachineResources): number {
  return cores - loadCores;
}

/** The cores in use of the machine, and whose they were. */
export interface MachineUse extends CoreUse {
  /** Who used most comes first. */
  readonly users: readonly { readonly name: string; readonly used: number }[];
  /** What others than the services and the load generator used; undefined where that is not known. */
  readonly othersUsed: number | undefined;
}

/** What all services, the load generator and everybody else used of the machine; undefined where it is not known. */
export function coresOfMachine({ resources, measurement, machine }: TrialView): MachineUse | undefined {
  if (machine === undefined || resources.length === 0) return undefined;
  const services = [...new Set(resources.map(({ service }) => service))];
  const known = [
    ...services.flatMap((name) => together(resources.filter(({ service }) => service === name))),
    ...(machine.loadCores === undefined ? [{ name: 'the load generator', used: measurement.generator.cpuRatio }] : []),
  ];
  const knownUsed = known.reduce((sum, { used }) => sum + used, 0);
  const othersUsed = machine.cpuRatio === undefined ? undefined : Math.max(0, machine.cpuRatio - knownUsed);
  const others = { name: 'others', used: othersUsed ?? 0 };
  const users = [...known, others].sort((one, other) => other.used - one.used);
  return { used: knownUsed + others.used, of: coresFor(machine), users, othersUsed };
}

/** What the copies of a service used together; a single one by its own name. */
function together(copies: readonly ServiceResources[]): readonly { name: string; used: number }[] {
  const used = copies.reduce((sum, { cpuRatio }) => sum + cpuRatio, 0);
  const [first, second] = copies;
  if (first === undefined) return [];
  if (second === undefined) return [{ name: first.copy, used }];
  const { length } = copies;
  return [{ name: isReplica(first) ? plural(length, 'replica') : `${length} copies of ${first.service}`, used }];
}

/** Whether it is a copy of what is tested. */
export function isReplica({ role }: ServiceResources): boolean {
  return role === 'tested';
}

/** Whether the machine has cores left: none is known to be free where it is not seen what others use. */
export function machineLevel(view: TrialView): Level | undefined {
  const use = coresOfMachine(view);
  const level = use && levelOf(use.used / use.of, 0.75, 0.9);
  return level === 'free' && use?.othersUsed === undefined ? 'unclear' : level;
}

/** Whether the busiest replica's event loop has time left for one more request. */
export function loopLevel({ metrics: { event_loop_utilisation: utilisation } }: TrialView): Level | undefined {
  return utilisation === undefined ? undefined : levelOf(utilisation, 0.8, 0.95);
}

/** "1.9 of 2 cores". */
export function inCores({ used, of }: CoreUse): string {
  return `${formatRounded(used, of < 1 ? 2 : 1)} of ${formatRounded(of, 2)} ${of === 1 ? 'core' : 'cores'}`;
}
