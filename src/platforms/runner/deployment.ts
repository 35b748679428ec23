import { settlesWithin } from '../../machine/time-limit.ts';
import type { BesideMetrics, ReplicaMetrics } from '../../model/running-system.ts';
import type { Ask } from '../common/answer.ts';
import { deathsOf } from '../common/deaths.ts';
import { scrapeBackends, scrapeCopy } from '../common/scrape.ts';
import type { Deployment } from '../platform.ts';
import { Acts } from './acts.ts';
import type { DeployedCopies } from './deployed-copies.ts';
import type { Host, RunningCopy } from './host.ts';

/** Within which the news has come that it has died of a question, or just before it. */
const newsMs = 2_000;

/** What the deployments of all hosts tell of their copies, and what can be done to those. */
export type Told = Pick<Deployment, 'deaths' | 'scrape' | 'scrapeBeside' | 'scrapeBackends' | 'act'>;

/** What a deployment tells of its copies, as acts change them. */
export function tellOf<C extends RunningCopy>(host: Host<C>, copies: DeployedCopies<C>): Told {
  const { ask } = host;
  const acts = new Acts(host, copies);
  const path = copies.of('tested')[0]?.service.counters?.ofUsedPath;
  const telling = (): readonly C[] => copies.of('aside').filter(({ service: { counters } }) => counters !== undefined);
  return {
    deaths: () => {
      const { needed, ...others } = copies.mortals;
      return deathsOf({ needed: [...host.needed, ...needed], ...others });
    },
    scrape: (signal) => scrapeAll(copies.of('tested'), ask, signal),
    ...(telling().length === 0 ? {} : { scrapeBeside: (signal) => scrapeBeside(telling(), ask, signal) }),
    ...(path === undefined ? {} : { scrapeBackends: (signal) => scrapeUsed(copies.of('tested'), path, ask, signal) }),
    act: (act, signal) => acts.do(act, signal),
  };
}

/** What a copy tells of itself, where it tells anything: that it has ended is told in any case. */
async function scrape(copy: RunningCopy, ask: Ask, signal: AbortSignal): Promise<readonly ReplicaMetrics[]> {
  const { name: replica, service, handle, url } = copy;
  const { counters } = service;
  if (handle.end === undefined) {
    if (counters === undefined) return [];
    // It would be waited for.
    if (handle.isPaused) return [{ replica, problem: 'it is paused' }];
    const metrics = await scrapeCopy(replica, url, counters, signal, ask);
    if ('text' in metrics || !(await settlesWithin(newsMs, handle.ended))) return [metrics];
  }
  return [{ replica, problem: `it ${handle.end ?? 'has ended'}`, ended: true }];
}

type Copies = readonly RunningCopy[];

async function scrapeAll(copies: Copies, ask: Ask, signal: AbortSignal): Promise<readonly ReplicaMetrics[]> {
  return (await Promise.all(copies.map((copy) => scrape(copy, ask, signal)))).flat();
}

/** With the service that each is of. */
async function scrapeBeside(copies: Copies, ask: Ask, signal: AbortSignal): Promise<readonly BesideMetrics[]> {
  const asked = copies.map(async (copy) => {
    const metrics = await scrape(copy, ask, signal);
    return metrics.map((each) => ({ ...each, service: copy.service.name }));
  });
  return (await Promise.all(asked)).flat();
}

/** What one of the copies that run tells of the services that it uses. */
function scrapeUsed(copies: Copies, path: string, ask: Ask, signal: AbortSignal): Promise<ReplicaMetrics> {
  const asked = copies.find(({ handle }) => handle.end === undefined && !handle.isPaused);
  return scrapeBackends(asked?.url, path, signal, ask);
}
