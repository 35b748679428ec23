import { unlessAborted } from '../../machine/time-limit.ts';
import type { Deployment } from '../platform.ts';
import type { DeployedCopies } from '../runner/deployed-copies.ts';
import { tellOf } from '../runner/deployment.ts';
import type { DockerHost } from './host.ts';
import { generateLoad } from './load-worker.ts';
import type { RunContext } from './run-context.ts';
import type { RunningCopy } from './surroundings.ts';
import { type Metered, UsageMeter } from './usage.ts';

/** What is tested, as it runs now in containers, with what runs beside it and the stores behind it. */
export function deploymentOf(run: RunContext, host: DockerHost, copies: DeployedCopies<RunningCopy>): Deployment {
  const { engine, cores } = run.settings;
  const { entrance } = copies;
  const port = entrance?.handle.description.publish?.at;
  let meter = new UsageMeter();
  // The load workers are left out: they tell of themselves, to the end, and are gone with their results.
  const metered = (): readonly Metered[] =>
    copies.all.map(({ handle, service: { limits, role } }) => ({ container: handle, limits, role }));
  return {
    ...tellOf(host, copies),
    urls: entrance === undefined ? [] : [entrance.url],
    address: port === undefined ? undefined : `http://127.0.0.1:${port}`,
    cores: engine.cores,
    loadCores: cores.load === undefined ? undefined : 1,
    usage: (signal) => unlessAborted(Promise.all(metered().map((each) => meter.usageOf(each))), signal),
    async *generate(jobs, signal) {
      await using listening = new UsageMeter();
      meter = listening;
      meter.start(metered());
      yield* generateLoad(run, jobs, signal);
    },
  };
}
