import { LabError } from '../../model/errors.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import type { Deployment, Stack } from '../platform.ts';
import { Runner } from '../runner/runner.ts';
import type { Agent } from './agent-connection.ts';
import { deploymentOf } from './deployment.ts';
import { DockerHost } from './host.ts';
import type { RunContext } from './run-context.ts';
import type { RunningCopy } from './surroundings.ts';

/** The stores of a run as containers in a network of their own, and what is deployed on them. */
export class DockerStack implements Stack {
  readonly versions: Readonly<Record<string, string>>;
  readonly cores: string | undefined;
  readonly #run: RunContext;
  readonly #host: DockerHost;
  readonly #runner: Runner<RunningCopy>;

  /** Without stores it is good for servers of the user's own only. */
  constructor(
    run: RunContext,
    agent: Agent,
    stores: readonly RunningCopy[],
    versions: Readonly<Record<string, string>>,
  ) {
    this.versions = versions;
    this.cores = run.settings.cores.sentence;
    this.#run = run;
    this.#host = new DockerHost(run, agent);
    this.#runner = new Runner(this.#host, stores);
  }

  async deploy(topology: Topology | HostedTopology, signal: AbortSignal): Promise<Deployment> {
    return deploymentOf(this.#run, this.#host, await this.#runner.deploy(topology, signal));
  }

  reach(): never {
    throw reachesNoUrls();
  }

  release(): void {
    this.#run.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run.close();
  }
}

/** What is said to a user who wants load on a server of their own. */
export function reachesNoUrls(): LabError {
  return new LabError('Containers cannot put load on a server at an address of this machine.', {
    hint: 'Use --platform local.',
  });
}
