import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { openPlatform } from '../../src/platforms/index.ts';
import type { Platform, PlatformName, Requirement } from '../../src/platforms/platform.ts';
import { describeDeaths } from './deaths.ts';
import { describeDeployments } from './deployments.ts';
import { describeHosting } from './hosting.ts';
import { describeLifecycle } from './lifecycle.ts';
import { describeLoad } from './load.ts';

/** A service as platforms name it. */
export type Service = 'app' | 'nginx' | 'postgres' | 'redis';

/** What the suite has to know of a platform beyond its contract. */
export interface PlatformUnderTest {
  readonly name: PlatformName;
  /** A folder that no other test uses. */
  readonly temporaryFolder: string;
  /** What the platform is told of the machine. */
  readonly environment: NodeJS.ProcessEnv;
  /** Whether tests fail where the machine lacks something, instead of being left out. */
  readonly isRequired?: boolean;
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

/** What every platform must show. Where the machine lacks something that the platform needs, its tests are left out and say why. */
export function describePlatform(underTest: PlatformUnderTest): void {
  describe(`platform ${underTest.name}`, () => {
    let platform: Platform | undefined;
    let unmet: readonly Requirement[] = [];

    const bench = (): Bench => {
      if (platform === undefined) throw new Error('the platform is not open yet');
      return { ...underTest, platform, runIdFor: (purpose) => `${underTest.name}-${purpose}` };
    };

    beforeAll(async () => {
      const { name, environment, temporaryFolder } = underTest;
      platform = await openPlatform(name, { environment, temporaryFolder });
      unmet = (await platform.requirements(new AbortController().signal)).filter(({ met }) => !met);
    });

    beforeEach((context) => {
      const [first] = unmet;
      if (first?.met !== false) return;
      const reason = `platform ${underTest.name}: ${first.name}: ${first.problem}`;
      if (underTest.isRequired === true) throw new Error(reason);
      context.skip(reason);
    });

    afterAll(() => {
      platform = undefined;
    });

    describeDeployments(bench);
    describeLoad(bench);
    describeHosting(bench);
    describeDeaths(bench);
    describeLifecycle(bench);
  });
}
