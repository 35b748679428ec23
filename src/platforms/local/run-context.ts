import type { OnStep } from '../../model/steps.ts';
import { untilDone } from '../common/readiness.ts';
import { Service, type ServiceDescription } from './service.ts';

/** What everything that starts a service for a run needs; it knows all that were started, so that none is forgotten. */
export class RunContext {
  readonly folder: string;
  /** What services inherit of the user's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onStep: OnStep;
  readonly #services = new Set<Service>();

  constructor(folder: string, environment: Readonly<Record<string, string>>, onStep: OnStep) {
    this.folder = folder;
    this.environment = environment;
    this.onStep = onStep;
  }

  /** Starts a service that the run will stop at the latest when it is closed. */
  async start(description: ServiceDescription, signal: AbortSignal): Promise<Service> {
    const service = await Service.start(description, signal);
    this.#services.add(service);
    return service;
  }

  /** Runs a program to its end; anything but exit code 0 is a failure, and so is one that stands still. */
  async finish(description: ServiceDescription, signal: AbortSignal, limitMs?: number): Promise<void> {
    const program = await this.start(description, signal);
    try {
      await untilDone(program, signal, limitMs);
    } finally {
      await this.stop([program]);
    }
  }

  /** Lets go of all that runs: nothing of it keeps this process alive any more. */
  release(): void {
    for (const service of this.#services) service.process.unref();
  }

  /** Stops services together. */
  async stop(services: readonly Service[]): Promise<void> {
    await Promise.all(services.map((service) => service.stop()));
    for (const service of services) this.#services.delete(service);
  }

  /** Stops what runs in front of the backends, but for what is to stay. */
  async stopFront(staying: readonly Service[] = []): Promise<void> {
    await this.stop([...this.#services].filter((service) => !service.backend && !staying.includes(service)));
  }

  /** Stops all that runs, backends last. */
  async stopAll(): Promise<void> {
    await this.stopFront();
    await this.stop([...this.#services]);
  }
}
