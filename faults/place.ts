import type { Workbench } from '../test/e2e/workbench.ts';
import type { PlaceName } from './case.ts';

/** The services of the scenarios, as platforms call them, and what puts the load on them. */
export const serviceNames = [
  'postgres',
  'redis',
  'app',
  'nginx',
  'pooler',
  'pooler-link',
  'mailer',
  'broker',
  'load',
] as const;

/** One of {@link serviceNames}. */
export type ServiceName = (typeof serviceNames)[number];

/** A copy of a service that runs for a case. */
export interface Victim {
  /** As its platform calls it: a process id, the name of a container or of a pod. */
  readonly name: string;
  /** Sends a signal to its main process alone. */
  signal(signal: 'SIGKILL' | 'SIGSTOP'): Promise<void>;
  /** Takes it away whole: a container, a pod. Left out where there is nothing but the process. */
  remove?(): Promise<void>;
}

/** A platform as it is seen past the lab: by other means than its own. */
export interface Place extends AsyncDisposable {
  readonly name: PlaceName;
  /** What the command is given, so that cases do not see each other, nor other runs of this machine. */
  readonly environment: NodeJS.ProcessEnv;
  /** How many cases may go on at the same time. */
  readonly mostAbreast: number;
  /** The first copy of a service that runs for a case; undefined while there is none. */
  find(bench: Workbench, service: ServiceName): Promise<Victim | undefined>;
  /** What there is of runs of the case: a line each. */
  left(bench: Workbench): Promise<readonly string[]>;
}
