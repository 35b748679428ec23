import type { OnStep } from '../../model/steps.ts';
import type { Subject } from '../../model/subject.ts';
import type { Control, Copy, Preparation, Service } from '../../services/service.ts';
import type { Ask } from '../common/answer.ts';
import type { Mortal } from '../common/deaths.ts';
import type { Watched } from '../common/readiness.ts';

/** The process or the container of a copy. */
export interface Handle extends Watched {
  /** Whether it is killed or stopped here, also while it has not ended yet. */
  readonly isToEnd: boolean;
  /** Whether it stands still. */
  readonly isPaused: boolean;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Asks it to end, and kills it when that takes longer. */
  stop(graceMs: number): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** A copy of a service that was started and was ready. */
export interface RunningCopy extends Copy {
  readonly service: Service;
  readonly handle: Handle;
  /** What it was started from, with what it was told since: two of which this is the same do the same. */
  readonly described: unknown;
  /** Where the lab asks it. */
  readonly url: string;
  /** Where it is now, as balancers find it: something else once it has moved, or once it is another one. */
  place(): Promise<string>;
  /** The places of the copies that it fronts, by their names, when it was told of them last: see {@link placesFor}. */
  readonly told: ReadonlyMap<string, string>;
}

/**
 * What a platform brings to the runner, which decides what is done when: how a copy of a service is started, told of others, and ended.
 * Everywhere `running` are the copies of other services, each service's by number; some of them may have ended.
 */
export interface Host<C extends RunningCopy> {
  readonly onStep: OnStep;
  /** Asks on the lab's behalf where the copies are. */
  readonly ask: Ask;
  /** Without what nothing works, beside the stores. */
  readonly needed: readonly Mortal[];
  /** Whether a balancer is told of other copies in less time than it takes to start: it stays from one deployment to the next then. */
  readonly keepsBalancers: boolean;
  /**
   * Looks whether a service can run here, before anything is changed for it.
   * @throws {LabError} that says what is missing
   */
  check(service: Service, signal: AbortSignal): Promise<void>;
  /** What a copy would be started from now, in the place of `before`. */
  describe(service: Service, copy: Copy, before: C, running: readonly C[], signal: AbortSignal): Promise<unknown>;
  /** Does what comes before the first start of copies: nothing is left of any before them. */
  makeReady?(service: Service, copies: readonly Copy[], running: readonly C[], signal: AbortSignal): Promise<void>;
  /** Does what is done once before anything asks a service. */
  prepare(service: Service, how: Preparation, running: readonly C[], signal: AbortSignal): Promise<void>;
  /**
   * Starts a copy, and waits until it is ready.
   * @throws {LabError} with the end of its log, where it ends or does not become ready
   */
  start(service: Service, copy: Copy, running: readonly C[], signal: AbortSignal): Promise<C>;
  /** The same for one that has ended: at its place, with its data as they are. */
  startAgain(copy: C, running: readonly C[], signal: AbortSignal): Promise<C>;
  /** Has a balancer that runs heed how it is described by now, and which copies there are. */
  tell(balancer: C, service: Service, running: readonly C[], signal: AbortSignal): Promise<C>;
  /** Where the lab tells a copy something beside what it serves, as a URL. */
  controlAt(copy: C, control: Control): string;
  /** Has a copy hold nothing any more. */
  flush(copy: C, signal: AbortSignal): Promise<void>;
  /** Lets copies end what they are at, and has them gone. */
  retire(copies: readonly C[]): Promise<void>;
  /** Ends all that was started but these, also what nobody knows of. */
  endOthers(staying: readonly C[]): Promise<void>;
}

/** Whether a copy runs, and is not to end. */
export function runs({ handle }: RunningCopy): boolean {
  return handle.end === undefined && !handle.isToEnd;
}

/** Whether a copy has ended because that was wanted. */
export function wasEnded({ handle }: RunningCopy): boolean {
  return handle.end !== undefined && handle.isToEnd;
}

/** As usage tells of a copy, and its death. */
export function subjectOf({ name: copy, service }: Pick<RunningCopy, 'name' | 'service'>): Subject {
  return { service: service.name, copy };
}

/** As what runs is asked whether it has ended. */
export function mortal(copy: RunningCopy): Mortal {
  return { ...subjectOf(copy), handle: copy.handle };
}
