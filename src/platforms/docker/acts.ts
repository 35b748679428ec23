import { together } from '../../machine/together.ts';
import { type ResolvedAct, copyName } from '../../model/acts.ts';
import { LabError } from '../../model/errors.ts';
import { type Service, copiesOf } from '../../services/service.ts';
import { tellLink } from '../common/link-acts.ts';
import type { Agent } from './agent-connection.ts';
import { hasToLearn, putInFront } from './balancers.ts';
import { flush, retire, startAgain, startCopies } from './copies.ts';
import { type Running, allOf } from './running.ts';
import type { RunningCopy, Surroundings } from './surroundings.ts';

/** Who runs the containers that things are done to. */
type Lab = Pick<Surroundings, 'run'> & { readonly agent: Agent };

/** Does to what runs what a trial does while there is load, and has the balancers follow. */
export class Acts {
  readonly #lab: Lab;
  readonly #running: Running;
  /** Settles when all balancers have been told what there was to tell so far. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(lab: Lab, running: Running) {
    this.#lab = lab;
    this.#running = running;
  }

  /** Resolves when it has taken effect; see {@link Deployment.act}. */
  async do(act: ResolvedAct, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    switch (act.kind) {
      case 'kill': {
        const copies = await this.#each(act, signal, async ({ container }) => container.kill());
        if (act.restart === 'always') await this.#startAgain(copies, signal);
        return;
      }
      case 'stop':
      case 'restart': {
        const graceOf = ({ stop }: Service): number => act.graceMs ?? stop.graceMs;
        const copies = await this.#each(act, signal, async ({ container, service }) =>
          container.stop(graceOf(service)),
        );
        if (act.kind === 'restart') await this.#startAgain(copies, signal);
        return;
      }
      case 'pause':
        await this.#each(act, signal, async ({ container }) => container.pause());
        return;
      case 'resume':
        await this.#each(act, signal, async ({ container }) => container.resume());
        await this.#tellBalancers(signal);
        return;
      case 'flush':
        await this.#each({ ...act, copies: [1] }, signal, async (copy) => flush(this.#around, copy, signal));
        return;
      case 'slow-link':
      case 'cut-link':
      case 'heal-link':
        await this.#each({ ...act, copies: [1] }, signal, async ({ service, copy }) =>
          tellLink(service, act, ({ inside }) => `http://${copy.name}:${inside}`, signal, this.#lab.agent.ask),
        );
        return;
      case 'scale':
        await this.#scale(act, signal);
        return;
      case 'roll-out':
        throw new Error('containers are not rolled out: the plan should not have been run');
    }
  }

  /** Does something to all copies that are named, at the same time; gives them. */
  async #each(
    { service, copies }: Pick<ResolvedAct, 'service'> & { readonly copies: readonly number[] },
    signal: AbortSignal,
    work: (copy: RunningCopy) => Promise<void>,
  ): Promise<readonly RunningCopy[]> {
    const named = copies.map((number) => {
      const found = allOf(this.#running).find((each) => each.service.name === service && each.copy.number === number);
      if (found === undefined) throw new LabError(`${copyName(this.#running.topology, service, number)} does not run.`);
      return found;
    });
    await together(signal, () => named.map(work));
    return named;
  }

  async #startAgain(copies: readonly RunningCopy[], signal: AbortSignal): Promise<void> {
    await together(signal, (limited) =>
      copies.map((copy) =>
        copy.service.role === 'balancer' ? this.#tell(copy, limited) : startAgain(this.#around, copy, limited),
      ),
    );
    await this.#tellBalancers(signal);
  }

  async #scale(
    { service: name, to }: { readonly service: string; readonly to: number },
    signal: AbortSignal,
  ): Promise<void> {
    const before = this.#running.copies.filter(({ service }) => service.name === name);
    const [first] = before;
    if (first === undefined) throw new LabError(`There is no ${name} that could be scaled.`);
    const wanted = copiesOf({ name, copies: { kind: 'alike', count: to, autoscale: undefined } });
    const missing = wanted.filter(({ number }) => !before.some(({ copy }) => copy.number === number));
    // Which of them is a slow one does not change.
    const added = missing.map((copy) => ({ ...copy, of: first.copy.of }));
    const started = await startCopies(this.#around, first.service, signal, added);
    const leaving = before.filter(({ copy }) => copy.number > to);
    this.#running.copies = [...this.#running.copies.filter((copy) => !leaving.includes(copy)), ...started];
    await this.#tellBalancers(signal);
    await retire(this.#lab.run, leaving);
  }

  /** Tells all balancers where the copies are now that they front, those that have to learn of it. One after another: the last to be told knows all. */
  async #tellBalancers(signal: AbortSignal): Promise<void> {
    const tell = async (): Promise<void> => {
      for (const copy of this.#running.copies) {
        if (copy.service.role === 'balancer') await this.#tellIfNeeded(copy, signal);
      }
    };
    const told = this.#told.then(tell);
    // What went wrong is for who waits for it.
    this.#told = told.catch(() => undefined);
    await told;
  }

  /** Not while it is away or stands still: whoever ends that tells it. */
  async #tellIfNeeded(balancer: RunningCopy, signal: AbortSignal): Promise<void> {
    const { container } = balancer;
    const isThere = (): boolean => container.runs && !container.isPaused;
    if (!isThere() || !(await hasToLearn(this.#around, balancer)) || !isThere()) return;
    try {
      await this.#tell(balancer, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isThere()) throw error;
    }
  }

  /** Tells a balancer, or starts it anew where it does not run. */
  async #tell(balancer: RunningCopy, signal: AbortSignal): Promise<void> {
    const [told] = await putInFront(this.#around, balancer, balancer.service, signal);
    const running = this.#running;
    running.copies = running.copies.map((copy) => (copy.container === balancer.container ? (told ?? copy) : copy));
  }

  get #around(): Surroundings {
    return { ...this.#lab, running: allOf(this.#running) };
  }
}
