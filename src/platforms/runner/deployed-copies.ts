import { roles } from '../../model/subject.ts';
import { type Service, isIndispensable } from '../../services/service.ts';
import type { Mortals } from '../common/deaths.ts';
import { type RunningCopy, mortal, wasEnded } from './host.ts';

/** The copies that a deployment has, with the stores that it was deployed on, as acts change them. */
export class DeployedCopies<C extends RunningCopy> {
  #copies: readonly C[];
  readonly #turns = new Map<string, Promise<unknown>>();
  #isActedOn = false;

  constructor(copies: readonly C[]) {
    this.#copies = copies;
  }

  /** Those that there are, also once they have ended: those under test first, and each service's by number. */
  get all(): readonly C[] {
    return roles.flatMap((role) => this.of(role));
  }

  /** Whether it may not be any more what was deployed. */
  get isActedOn(): boolean {
    return this.#isActedOn;
  }

  /** Those that are there for something. */
  of(role: Service['role']): readonly C[] {
    return this.#sorted(({ service }) => service.role === role);
  }

  /** Those of one service. */
  ofService(name: string): readonly C[] {
    return this.#sorted(({ service }) => service.name === name);
  }

  /** What the load enters by: what stands in front of what is tested, or else that itself. */
  get entrance(): C | undefined {
    const [tested] = this.of('tested');
    const [front] = this.#sorted(({ service }) => tested !== undefined && service.fronts.includes(tested.service.name));
    return front ?? tested;
  }

  /** Those which are to run, and may have died: what has ended because that was wanted has not. */
  get mortals(): Required<Mortals> {
    const { entrance } = this;
    const present = this.all.filter((copy) => !wasEnded(copy));
    const isNeeded = ({ name, service }: C): boolean =>
      isIndispensable(service) || (service.role === 'balancer' && name === entrance?.name);
    const isTested = ({ service: { role } }: C): boolean => role === 'tested';
    return {
      needed: present.filter(isNeeded).map(mortal),
      replicas: present.filter(isTested).map(mortal),
      beside: present.filter((copy) => !isNeeded(copy) && !isTested(copy)).map(mortal),
    };
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
  put(copy: C): void {
    this.#copies = [...this.#copies.filter(({ name }) => name !== copy.name), copy];
  }

  /** That they are there no more is as it is meant to be. */
  drop(copies: readonly C[]): void {
    this.#copies = this.#copies.filter(({ name }) => !copies.some((copy) => copy.name === name));
  }

  #sorted(isWanted: (copy: C) => boolean): readonly C[] {
    const byPlace = (one: C, other: C): number =>
      one.service.name.localeCompare(other.service.name) || one.number - other.number;
    return this.#copies.filter(isWanted).toSorted(byPlace);
  }
}
