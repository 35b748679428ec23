import type { Role, Subject } from './subject.ts';

/** What a copy of a service has used so far, where the platform can tell. */
export interface ServiceUsage extends Subject {
  readonly role: Role;
  /** When this was so, in ms since 1970 by the platform's own clock, where it can tell; otherwise when it was asked. */
  readonly atMs?: number;
  readonly cpuSeconds: number;
  /** In cores; undefined without a limit. */
  readonly cpuLimit: number | undefined;
  /** How long it was kept from the CPU by its limit. */
  readonly throttledSeconds: number;
  /** Now, without what the kernel would give back (page cache). */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number | undefined;
  readonly restarts: number;
  /** The kernel ended it because it was at its memory limit. */
  readonly outOfMemory: boolean;
  /** How it ended, if it did: "exited with code 137". */
  readonly ended: string | undefined;
}

/** What one replica answered on `/metrics`, or why it did not. */
export type ReplicaMetrics =
  | { readonly replica: string; readonly text: string }
  /** `ended` where it is known to be gone, and not merely slow to answer. */
  | { readonly replica: string; readonly problem: string; readonly ended?: true };

/** What one copy of a service beside what is tested answered on its own metrics, or why it did not. */
export type BesideMetrics = ReplicaMetrics & {
  /** As the system calls the service: "mailer". */
  readonly service: string;
};

/** Something that befell a service, as the platform itself tells it; its service where more than the name of the copy is known. */
export interface Happening extends Pick<Subject, 'copy'> {
  readonly service?: string | undefined;
  readonly role?: Role | undefined;
  /** By the platform's own clock, in milliseconds since 1970; whole seconds, as a rule. */
  readonly atMs: number;
  readonly kind: 'restarted' | 'out-of-memory' | 'evicted' | 'probe-failed' | 'node-lost';
  /** What happened to it, in words that follow its name: "was killed at its memory limit". */
  readonly text: string;
}

/** What a system that is under load tells of itself. */
export interface RunningSystem {
  /** How many cores the machine has that it runs on; undefined where that is not known. */
  readonly cores?: number | undefined;
  /** How many of them the load generator has to itself; left out where it shares all of them. */
  readonly loadCores?: number | undefined;
  /** How long the cores of that machine have been busy so far, in seconds of all of them, whoever used them; left out where that is not known. */
  busySeconds?(): number;
  /** Reads every replica's own metrics; none for a server of the user's own. */
  scrape(signal: AbortSignal): Promise<readonly ReplicaMetrics[]>;
  /** Reads what every copy of the services beside what is tested tells; left out where there are none that tell anything. */
  scrapeBeside?(signal: AbortSignal): Promise<readonly BesideMetrics[]>;
  /** What database and cache say of themselves, as the application reads it (`/metrics/backends`). */
  scrapeBackends?(signal: AbortSignal): Promise<ReplicaMetrics>;
  /** What each service has used so far; left out by a platform that cannot tell. */
  usage?(signal: AbortSignal): Promise<readonly ServiceUsage[]>;
  /** What befell its services from that moment of the platform's clock on; left out by a platform that is not told. */
  happenings?(sinceMs: number, signal: AbortSignal): Promise<readonly Happening[]>;
}
