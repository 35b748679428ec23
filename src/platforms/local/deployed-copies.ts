import type { Service } from '../../services/service.ts';
import { type Mortal } from '../common/deaths.ts';
import type { LocalProcess } from './process.ts';
import { type RunningCopy, mortal, startAgain } from './running-copy.ts';

/** The copies that a deployment has, as acts change them: which there are, and which of them an act has ended. */
export class DeployedCopies {
  #copies: readonly RunningCopy[];
  readonly #endedByActs = new WeakSet<LocalProcess>();
  #isActedOn = false;

  constructor(copies: readonly RunningCopy[]) {
    this.#copies = copies;
  }

  /** Those that there are, also while they are gone by an act: those under test first. */
  get all(): readonly RunningCopy[] {
    return [...this.of('tested'), ...this.of('store'), ...this.of('balancer')];
  }

  /** Whether it may not be any more what was deployed. */
  get isActedOn(): boolean {
    return this.#isActedOn;
  }

  /** Those that are there for something, by number. */
  of(role: Service['role']): readonly RunningCopy[] {
    const found = this.#copies.filter(({ service }) => service.role === role);
    return found.toSorted((one, other) => one.number - other.number);
  }

  /** Those that no act has ended. */
  get present(): readonly RunningCopy[] {
    return this.all.filter((copy) => !this.isEnded(copy));
  }

  /** Those which are to run, and may have died. */
  mortalsOf(role: Service['role']): readonly Mortal[] {
    return this.present.filter(({ service }) => service.role === role).map(mortal);
  }

  isEnded({ process }: RunningCopy): boolean {
    return this.#endedByActs.has(process);
  }

  /** To be called before anything is done to them. */
  noteAct(): void {
    this.#isActedOn = true;
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
}
