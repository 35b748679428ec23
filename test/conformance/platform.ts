import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { openPlatform } from '../../src/platforms/index.ts';
import type { Platform } from '../../src/platforms/platform.ts';
import { describeActsBeside } from './acts-beside.ts';
import { describeActs } from './acts.ts';
import { describeBroker } from './broker.ts';
import { describeDeaths } from './deaths.ts';
import { describeDeployments } from './deployments.ts';
import { describeHosting } from './hosting.ts';
import { describeLifecycle } from './lifecycle.ts';
import { describeLinks } from './links.ts';
import { describeLoad } from './load.ts';
import { describeLog } from './log.ts';
import { describePooler } from './pooler.ts';
import { describeServices } from './services.ts';
import { describeShards } from './shards.ts';
import { describeStandbys } from './standbys.ts';
import type { Bench, PlatformUnderTest } from './platform-under-test.ts';
import { problemOf } from './requirements.ts';
import { shareStack } from './shared-stack.ts';

/** What every platform must show. Where the machine lacks something that the platform needs, its tests are left out and say why. */
export function describePlatform(underTest: PlatformUnderTest): void {
  describe(`platform ${underTest.name}`, () => {
    let platform: Platform | undefined;
    let problem: string | undefined;

    const bench = (): Bench => {
      if (platform === undefined) throw new Error('the platform is not open yet');
      return { ...underTest, platform, runIdFor: (purpose) => `${underTest.name}-${purpose}` };
    };

    beforeAll(async () => {
      const { name, environment, temporaryFolder } = underTest;
      platform = await openPlatform(name, { environment, temporaryFolder });
      problem = problemOf(await platform.requirements(new AbortController().signal));
    });

    beforeEach((context) => {
      if (problem === undefined) return;
      const reason = `platform ${underTest.name}: ${problem}`;
      if (underTest.isRequired === true) throw new Error(reason);
      context.skip(reason);
    });

    afterAll(() => {
      platform = undefined;
    });

    const [stack, bare] = [shareStack(bench, 'shared'), shareStack(bench, 'bare')];
    describeDeployments(bench, stack);
    describeLoad(bench, stack);
    describeBroker(bench);
    describeLog(bench);
    describePooler(bench, stack);
    describeShards(bench);
    describeStandbys(bench, stack);
    describeServices(bench, stack, bare);
    describeLinks(bench, stack);
    // It closes the bare one.
    describeHosting(bench, stack, bare);
    describeDeaths(bench, stack);
    if (underTest.hasOwnActTests !== true) {
      describeActs(bench, stack);
      describeActsBeside(bench, stack);
    }
    // It closes the other one.
    describeLifecycle(bench, stack);
  });
}
