import type { Service } from '../../services/service.ts';
import type { Mortals } from '../common/deaths.ts';
import type { LocalProcess } from './process.ts';
import { type RunningCopy, mortal, startAgain } from './running-copy.ts';

/** In this order usage tells of them. */
const roles: readonly Service['role'][] = ['tested', 'store', 'aside', 'balancer', 'link'];

/** The copies that a deployment has, as acts change them: which there are, and which of them an act has ended. */
export class DeployedCopies {
  #copies: readonly RunningCopy[];
  readonly #endedByActs = new WeakSet<LocalProcess>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #isActedOn = false;

  constructor(copies: readonly RunningCopy[]) {
    this.#copies = copies;
  }

  /** Those that there are, also while they are gone by an act: those under test first, and each service's by number. */
  get all(): readonly RunningCopy[] {
    return roles.flatMap((role) => this.of(role));
  }

  /** Whether it may not be any more what was deployed. */
  get isActedOn(): boolean {
    return this.#isActedOn;
  }

  /** Those that are there for something. */
  of(role: Service['role']): readonly RunningCopy[] {
    return this.#sorted(({ service }) => service.role === role);
  }

  /** Those of one service. */
  ofService(name: string): readonly RunningCopy[] {
    return this.#sorted(({ service }) => service.name === name);
  }

  /** Those that stand in front of a service. */
  inFrontOf(name: string): readonly RunningCopy[] {
    return this.#sorted(({ service }) => service.fronts.includes(name));
  }

  /** What the load enters by: what stands in front of what is tested, or else that itself. */
  get entrance(): RunningCopy | undefined {
    const tested = this.of('tested');
    const [entrance] = [...tested.flatMap(({ service }) => this.inFrontOf(service.name)), ...tested];
    return entrance;
  }

  /** Those that no act has ended. */
  get present(): readonly RunningCopy[] {
    return this.all.filter((copy) => !this.isEnded(copy));
  }

  /** Those which are to run, and may have died. */
  get mortals(): Mortals {
    const { entrance, present } = this;
    const isNeeded = ({ name, service: { role } }: RunningCopy): boolean =>
      role === 'store' || role === 'link' || (role === 'balancer' && name === entrance?.name);
    const isTested = ({ service: { role } }: RunningCopy): boolean => role === 'tested';
    const isBeside = (copy: RunningCopy): boolean => !isNeeded(copy) && !isTested(copy);
    return {
      needed: present.filter(isNeeded).map(mortal),
      replicas: present.filter(isTested).map(mortal),
      beside: present.filter(isBeside).map(mortal),
    };
  }

  isEnded({ process }: RunningCopy): boolean {
    return this.#endedByActs.has(process);
  }

  /** To be called before anything is done to them. */
  noteAct(): void {
    this.#isActedOn = true;
  }

  /** Does something to a service, once all that was begun before on it is over. */
  async inTurn<Result>(service: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.#turns.get(service) ?? Promise.resolve()).then(work);
    // Whoever comes next only waits for it.
    this.#turns.set(
      service,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** Adds a copy, or puts it in place of that of its name. */
  put(copy: RunningCopy): void {
    this.#copies = [...this.#copies.filter(({ name }) => name !== copy.name), copy];
  }

  /** That they are there no more is as it is meant to be. */
  drop(copies: readonly RunningCopy[]): void {
    this.#copies = this.#copies.filter(({ name }) => !copies.some((copy) => copy.name === name));
  }

  /** Ends a copy on purpose: at once, or within that time, undefined for what its service takes. */
  async end({ process, located: { run } }: RunningCopy, graceMs: number | undefined): Promise<void> {
    this.#endedByActs.add(process);
    await (graceMs === 0 ? process.kill() : run.stop([process], graceMs));
  }

  /**
   * Starts again a copy that was ended, at its place.
   * @throws {LabError} with the end of its log, where it ends or does not become ready
   */
  async startAgain(copy: RunningCopy, signal: AbortSignal): Promise<void> {
    this.put(await startAgain(copy, this.present, signal));
  }

  /** Has the stores run again that an act has ended or paused. */
  async mendStores(signal: AbortSignal): Promise<void> {
    for (const store of this.of('store')) {
      if (store.process.isPaused) await store.process.resume();
      if (this.isEnded(store)) await this.startAgain(store, signal);
    }
  }

  #sorted(isWanted: (copy: RunningCopy) => boolean): readonly RunningCopy[] {
    const byPlace = (one: RunningCopy, other: RunningCopy): number =>
      one.service.name.localeCompare(other.service.name) || one.number - other.number;
    return this.#copies.filter(isWanted).toSorted(byPlace);
  }
}
