import { together } from '../../machine/together.ts';
import { type ResolvedAct, copyName } from '../../model/acts.ts';
import { LabError } from '../../model/errors.ts';
import { type Service, copiesOf } from '../../services/service.ts';
import { balancerOf, testedOf } from '../../services/system.ts';
import type { Container } from './container.ts';
import { type RunningCopy, type Surroundings, flush, putInFront, retire, startAgain, startCopies } from './copies.ts';
import { type Running, allOf, balancerIn } from './running.ts';

/** Who runs the containers that things are done to. */
type Lab = Pick<Surroundings, 'run' | 'agent'>;

/** Does to what runs what a trial does while there is load, and has the balancer follow. */
export class Acts {
  readonly #lab: Lab;
  readonly #running: Running;
  /** The replicas that the balancer knows, with the addresses that they had then. */
  #known: Promise<ReadonlyMap<Container, string>> | undefined;

  constructor(lab: Lab, running: Running) {
    this.#lab = lab;
    this.#running = running;
  }

  /** Resolves when it has taken effect; see {@link Deployment.act}. */
  async do(act: ResolvedAct, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // Before anything is done to it all are where they were when it was told.
    this.#known ??= addressesOf(this.#running.replicas);
    await this.#known;
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
        await this.#tellBalancer(signal);
        return;
      case 'flush':
        await this.#each({ ...act, copies: [1] }, signal, async (copy) => flush(this.#among([]), copy, signal));
        return;
      case 'scale':
        await this.#scale(act.to, signal);
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
    const balancer = balancerIn(this.#running);
    const others = copies.filter((copy) => copy !== balancer);
    await together(signal, (limited) => others.map((copy) => startAgain(this.#among([]), copy, limited)));
    if (others.length < copies.length) await this.#putInFront(signal);
    await this.#tellBalancer(signal);
  }

  async #scale(to: number, signal: AbortSignal): Promise<void> {
    const running = this.#running;
    const tested = testedOf({ ...running.topology, replicas: to });
    const missing = copiesOf(tested).filter(
      ({ number }) => !running.replicas.some(({ copy }) => copy.number === number),
    );
    const leaving = running.replicas.filter(({ copy }) => copy.number > to);
    // Which of them is a slow one does not change.
    const added = missing.map((copy) => ({ ...copy, of: running.topology.replicas }));
    const started = await startCopies(this.#among(running.stores), tested, signal, added);
    running.replicas = [...running.replicas.filter((replica) => !leaving.includes(replica)), ...started];
    await this.#tellBalancer(signal);
    await retire(this.#lab.run, leaving);
  }

  /**
   * Tells the balancer where the replicas are now, if it has to learn of one or to forget one. Not while it is away or stands still:
   * whoever ends that tells it.
   */
  async #tellBalancer(signal: AbortSignal): Promise<void> {
    const balancer = balancerIn(this.#running)?.container;
    if (balancer === undefined || balancer.end !== undefined || balancer.isPaused) return;
    const { replicas } = this.#running;
    const [known, now] = [await this.#known, await addressesOf(this.#alive)];
    const isNew = [...now].some(([container, address]) => known?.get(container) !== address);
    const hasLeft = [...(known ?? [])].some(([known]) => !replicas.some(({ container }) => container === known));
    if (isNew || hasLeft) await this.#putInFront(signal);
  }

  /** Without those that do not run: no name leads to them, and a balancer that is told of one does not start. */
  async #putInFront(signal: AbortSignal): Promise<void> {
    const running = this.#running;
    const service = balancerOf(running.topology, { dealsRequests: false });
    if (service === undefined) return;
    const alive = this.#alive;
    this.#known = addressesOf(alive);
    await this.#known;
    running.balancer = await putInFront(this.#among(alive), running.balancer, service, signal);
  }

  get #alive(): readonly RunningCopy[] {
    return this.#running.replicas.filter(({ container }) => container.end === undefined);
  }

  #among(running: readonly RunningCopy[]): Surroundings {
    return { ...this.#lab, running };
  }
}

/** Where copies are that run. */
async function addressesOf(copies: readonly RunningCopy[]): Promise<ReadonlyMap<Container, string>> {
  return new Map(
    await Promise.all(
      copies.map(async ({ container }) => [container, (await container.state()).addresses.join()] as const),
    ),
  );
}
