import type { Platform, PlatformName } from '../../src/platforms/platform.ts';

/** A service as platforms name it; `mailer` is the notifier, as the tests of services beside the app call it. */
export type Service = 'app' | 'nginx' | 'postgres' | 'postgres-link' | 'pooler' | 'redis' | 'mailer';

/** What the suite has to know of a platform beyond its contract. */
export interface PlatformUnderTest {
  readonly name: PlatformName;
  /** A folder that no other test uses. */
  readonly temporaryFolder: string;
  /** What the platform is told of the machine. */
  readonly environment: NodeJS.ProcessEnv;
  /** Whether tests fail where the machine lacks something, instead of being left out. */
  readonly isRequired?: boolean;
  /** Whether acts are tried in a file of its own, by the names and addresses that its copies have. */
  readonly hasOwnActTests?: true;
  /** What runs of that id have on the machine now: processes, folders, containers, one line each. */
  readonly traces: (runId: string) => Promise<readonly string[]>;
  /** Kills one of the load workers of a run, as the kernel would: without a word. */
  readonly killWorker: (runId: string) => Promise<void>;
  /** Kills the processes, containers or pods of a service of a run: all of them, or only so many. */
  readonly killService: (runId: string, service: Service, most?: number) => Promise<void>;
}

/** A platform that is open, for the tests of one group. */
export interface Bench extends PlatformUnderTest {
  readonly platform: Platform;
  /** The id of a run that is there for this: two platforms may share an Engine, and have the same tests at the same time. */
  readonly runIdFor: (purpose: string) => string;
}
