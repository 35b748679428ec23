import { existsSync } from 'node:fs';
import { never } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { messageOf } from '../../model/errors.ts';
import { type OnStep, step } from '../../model/steps.ts';
import { type Control, type Copy, type Preparation, type Service, controlPortAt } from '../../services/service.ts';
import { ask } from '../common/answer.ts';
import type { Host } from '../runner/host.ts';
import { describedAt, placeOf, programAt } from './copy-description.ts';
import { makeFolder } from './copy-files.ts';
import { type LocatedService, type Surroundings, locate } from './located-service.ts';
import type { RunContext } from './run-context.ts';
import { type RunningCopy, inform, makeReady, noPorts, runScript, startCopy, untilReadyIs } from './running-copy.ts';

type Copies = readonly RunningCopy[];

/** Copies as processes of this machine. */
export class LocalHost implements Host<RunningCopy> {
  readonly ask = ask;
  readonly needed = [];
  readonly keepsBalancers = false;
  readonly onStep: OnStep;
  readonly #run: RunContext;
  readonly #surroundings: Surroundings;
  readonly #located = new WeakMap<Service, Promise<LocatedService>>();

  constructor(run: RunContext, surroundings: Surroundings) {
    this.onStep = run.onStep;
    this.#run = run;
    this.#surroundings = surroundings;
  }

  async check(service: Service, signal: AbortSignal): Promise<void> {
    await this.#locate(service, signal);
  }

  async describe(
    service: Service,
    copy: Copy,
    before: RunningCopy,
    running: Copies,
    signal: AbortSignal,
  ): Promise<unknown> {
    const located = await this.#locate(service, signal);
    return describedAt(placeOf(located, copy, before, running), located);
  }

  async makeReady(service: Service, copies: readonly Copy[], running: Copies, signal: AbortSignal): Promise<void> {
    const located = await this.#locate(service, signal);
    const makeAllReady = async (): Promise<void> => {
      await together(signal, (limited) => copies.map((copy) => makeReady(located, copy, running, limited)));
    };
    const takesTime = located.found.first !== undefined;
    await (takesTime ? step(this.onStep, `${service.title} is prepared`, makeAllReady) : makeAllReady());
  }

  async prepare(service: Service, { name }: Preparation, running: Copies, signal: AbortSignal): Promise<void> {
    const located = await this.#locate(service, signal);
    const { program, found, user } = located;
    const at = placeOf(located, { name, number: 1, of: 1 }, noPorts, running);
    const args = found.prepareArgs?.(at);
    if (args === undefined) return;
    await makeFolder(at.data, program.dataMode, user);
    await this.#run.finish({ ...programAt(at, located), args }, signal);
  }

  async start(service: Service, copy: Copy, running: Copies, signal: AbortSignal): Promise<RunningCopy> {
    return startCopy(await this.#locate(service, signal), copy, running, signal);
  }

  async startAgain(copy: RunningCopy, running: Copies, signal: AbortSignal): Promise<RunningCopy> {
    const informed = await inform(await this.#locate(copy.service, signal), copy, running);
    const handle = await this.#run.start(informed.described.program, signal);
    try {
      await untilReadyIs({ ...copy, handle }, running, signal);
    } catch (error) {
      await this.#run.stop([handle]);
      throw error;
    }
    return { ...copy, ...informed, handle };
  }

  async tell(balancer: RunningCopy, service: Service, running: Copies, signal: AbortSignal): Promise<RunningCopy> {
    const located = await this.#locate(service, signal);
    const informed = await inform(located, balancer, running);
    const script = service.reload?.(placeOf(located, balancer, balancer, running));
    if (script !== undefined) await runScript(located, balancer, 'reload', script, signal);
    return { ...balancer, ...informed, service };
  }

  controlAt(copy: RunningCopy, control: Control): string {
    return `http://${copy.host}:${controlPortAt(control, copy)}`;
  }

  async flush(copy: RunningCopy, signal: AbortSignal): Promise<void> {
    const located = await this.#locate(copy.service, signal);
    const script = copy.service.flush?.(placeOf(located, copy, copy, []));
    if (script === undefined) throw new Error(`${copy.service.title} holds nothing that can be flushed.`);
    await runScript(located, copy, 'flush', script, signal);
  }

  async retire(copies: Copies): Promise<void> {
    await this.#run.stop(copies.map(({ handle }) => handle));
  }

  async endOthers(staying: Copies): Promise<void> {
    await this.#run.stopOthers(staying.map(({ handle }) => handle));
  }

  /** Removes what copies that were killed may have left beyond their folders: the clean-up goes on where that fails. */
  async removeRemains(copies: Copies): Promise<void> {
    const signal = never();
    const remove = async (copy: RunningCopy): Promise<void> => {
      const located = await this.#locate(copy.service, signal);
      const at = placeOf(located, copy, copy, []);
      const script = located.program.removeRemains?.(at);
      if (script === undefined || copy.handle.end === undefined || !existsSync(at.data)) return;
      await runScript(located, copy, 'clean-up', script, signal);
    };
    await Promise.all(copies.map((copy) => remove(copy).catch((error: unknown) => this.onStep(messageOf(error)))));
  }

  /** Looked for once, however many copies there are. */
  async #locate(service: Service, signal: AbortSignal): Promise<LocatedService> {
    const located = this.#located.get(service) ?? locate(this.#run, service, this.#surroundings, signal);
    this.#located.set(service, located);
    return located;
  }
}
