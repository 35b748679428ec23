import { together } from '../../machine/together.ts';
import type { ResolvedAct } from '../../model/acts.ts';
import { LabError } from '../../model/errors.ts';
import { type Service, copiesOf } from '../../services/service.ts';
import { tellLink } from '../common/link-acts.ts';
import { hasToLearn } from './balancers.ts';
import type { DeployedCopies } from './deployed-copies.ts';
import { type Host, type RunningCopy, runs, wasEnded } from './host.ts';

type CopiesAct = Extract<ResolvedAct, { readonly copies: readonly number[] }>;

/** Does to a deployment's copies, whatever they are there for, what a trial does while there is load. */
export class Acts<C extends RunningCopy> {
  readonly #host: Host<C>;
  readonly #copies: DeployedCopies<C>;

  constructor(host: Host<C>, copies: DeployedCopies<C>) {
    this.#host = host;
    this.#copies = copies;
  }

  /**
   * Does an act, and resolves when it has taken effect.
   * @throws {LabError} that says why it could not be done, or what did not become ready
   */
  async do(act: ResolvedAct, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#copies.noteAct();
    await this.#copies.inTurn(act.service, () => this.#doTo(act, signal));
    // What has ended may be elsewhere now, and a balancer that stood still was told of nothing.
    if (isBackAfter(act)) await this.#tellBalancers(signal);
  }

  async #doTo(act: ResolvedAct, signal: AbortSignal): Promise<void> {
    switch (act.kind) {
      case 'kill':
        return this.#each(act, signal, async (copy, limited) => {
          await copy.handle.kill();
          if (isBackAfter(act)) await this.#startAgain(copy, limited);
        });
      case 'stop':
      case 'restart':
        return this.#each(act, signal, async (copy, limited) => {
          await copy.handle.stop(act.graceMs ?? copy.service.stop.graceMs);
          if (isBackAfter(act)) await this.#startAgain(copy, limited);
        });
      case 'pause':
        return this.#each(act, signal, ({ handle }) => handle.pause());
      case 'resume':
        return this.#each(act, signal, ({ handle }) => handle.resume());
      case 'flush':
        return this.#host.flush(await this.#running(act.service, 1), signal);
      case 'slow-link':
      case 'cut-link':
      case 'heal-link': {
        const copy = await this.#running(act.service, 1);
        return tellLink(copy.service, act, (control) => this.#host.controlAt(copy, control), signal, this.#host.ask);
      }
      case 'scale':
        return this.#scale(act.service, act.to, signal);
      case 'roll-out':
        throw new Error('Nothing is rolled out here: the plan should not have been run.');
    }
  }

  /** Does something to all copies that an act is for, at the same time. */
  async #each(
    { service, copies }: CopiesAct,
    signal: AbortSignal,
    deed: (copy: C, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const named = await Promise.all(copies.map((number) => this.#running(service, number)));
    await together(signal, (limited) => named.map((copy) => deed(copy, limited)));
  }

  /**
   * A copy that runs.
   * @throws {LabError} that names it where there is none; with the end of its log, where it has ended by itself
   */
  async #running(service: string, number: number): Promise<C> {
    const copies = this.#copies.ofService(service);
    const copy = copies.find((each) => each.number === number);
    if (copy === undefined || wasEnded(copy))
      throw new LabError(`${copy?.name ?? `${service}-${number}`} does not run.`);
    const { handle } = copy;
    if (handle.end !== undefined) throw await handle.failure(handle.end);
    return copy;
  }

  async #startAgain(copy: C, signal: AbortSignal): Promise<void> {
    this.#copies.put(await this.#host.startAgain(copy, this.#around(copy.service), signal));
  }

  /** The copies that one of a service is told of: a link leads from what is tested alone. */
  #around({ role }: Service): readonly C[] {
    const { all } = this.#copies;
    return role === 'tested' || role === 'balancer' ? all : all.filter((copy) => copy.service.role !== 'link');
  }

  /** One that was ended stays so, and keeps its number, unless that is too high. */
  async #scale(name: string, to: number, signal: AbortSignal): Promise<void> {
    const before = this.#copies.ofService(name);
    const [first] = before;
    if (first === undefined) throw new LabError(`There is no ${name} that could be scaled.`);
    const { service, of } = first;
    const missing = copiesOf({ name, copies: { kind: 'alike', count: to, autoscale: undefined } })
      .filter((copy) => !before.some(({ number }) => number === copy.number))
      // Which of them is a slow one does not change.
      .map((copy) => ({ ...copy, of }));
    const running = this.#around(service);
    if (missing.length > 0) await this.#host.makeReady?.(service, missing, running, signal);
    const started = await together(signal, (limited) =>
      missing.map((copy) => this.#host.start(service, copy, running, limited)),
    );
    for (const copy of started) this.#copies.put(copy);
    const leaving = before.filter(({ number }) => number > to);
    this.#copies.drop(leaving);
    await this.#tellBalancers(signal);
    await this.#host.retire(leaving);
  }

  /** Tells balancers where the copies are now that they front, those that have to learn of it. */
  async #tellBalancers(signal: AbortSignal): Promise<void> {
    for (const { name, service } of this.#copies.of('balancer'))
      await this.#copies.inTurn(service.name, () => this.#tell(name, signal));
  }

  /** Not while it is away or stands still: whoever ends that tells it. */
  async #tell(name: string, signal: AbortSignal): Promise<void> {
    const running = this.#copies.all;
    const balancer = running.find((copy) => copy.name === name);
    if (balancer === undefined) return;
    const isThere = (): boolean => runs(balancer) && !balancer.handle.isPaused;
    if (!isThere() || !(await hasToLearn(balancer, running))) return;
    try {
      this.#copies.put(await this.#host.tell(balancer, balancer.service, running, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (isThere()) throw error;
    }
  }
}

/** Whether the copies that an act is for run afterwards, where they had ended or stood still. */
function isBackAfter(act: ResolvedAct): boolean {
  return act.kind === 'restart' || act.kind === 'resume' || (act.kind === 'kill' && act.restart === 'always');
}
