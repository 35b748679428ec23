import os from 'node:os';
import { LabError } from '../model/errors.ts';
import { actsOn, servicesBeside, type Trial } from '../model/plan.ts';
import { isHosted, testedName, type HostedSystem, type System } from '../model/system.ts';
import { writes } from '../model/workload.ts';
import type { Deployment, Platform, Stack } from '../platforms/platform.ts';
import { deathsIn } from './deaths.ts';
import type { Match } from './match.ts';
import { revisionOf } from './revision.ts';
import type { Lab, RunSession } from './run-session.ts';
import { SideFailure, verdictOn, type Side } from './side-failure.ts';

/** Below so much free memory two systems are not brought up at once. */
const roomyBytes = 1.5 * 2 ** 30;

/**
 * Whether two systems can be up at once. A cluster schedules pods and is not asked twice; a fixed port can be had once; and a
 * machine that begins to swap measures nothing any more.
 */
export function canBeSideBySide(systems: readonly System[], platform: Pick<Platform, 'name'>): boolean {
  const servers = systems.flatMap((system) => [system, ...servicesBeside(system)]);
  const ports = servers.flatMap((server) => (server.kind === 'command' ? (server.port ?? []) : []));
  const isClear = new Set(ports).size === ports.length;
  return isClear && (platform.name === 'local' || platform.name === 'docker') && os.freemem() >= roomyBytes;
}

/** The two systems of a match, up at once where that is planned; closing them leaves nothing behind. */
export class Sides implements AsyncDisposable {
  readonly #session: RunSession;
  readonly #match: Match;
  /** By variant; both are the same one where the two take turns. */
  readonly #stacks: ReadonlyMap<string, Stack>;
  readonly #deployments = new Map<string, Deployment>();

  private constructor(session: RunSession, match: Match, stacks: ReadonlyMap<string, Stack>) {
    this.#session = session;
    this.#match = match;
    this.#stacks = stacks;
  }

  static async start(session: RunSession, match: Match): Promise<Sides> {
    const { a, b, plan, isSideBySide } = match;
    const trialsOf = (variant: string): readonly Trial[] => plan.trials.filter((trial) => trial.variant === variant);
    const first = await session.startStack(isSideBySide ? trialsOf(a) : plan.trials);
    if (!isSideBySide) return new Sides(session, match, new Map([a, b].map((name) => [name, first])));
    try {
      const second = await session.startStack(trialsOf(b), '-b');
      return new Sides(session, match, new Map([[a, first] as const, [b, second] as const]));
    } catch (error) {
      await using _ = first;
      throw error;
    }
  }

  /** Has the system of a trial running. One that has a stack of its own, that no trial changes, and of which all runs on, stays as it is. */
  async deploy(trial: Trial): Promise<Deployment> {
    const running = this.#deployments.get(trial.variant);
    if (running !== undefined && this.#match.isSideBySide && (await this.#isWhole(running, trial))) return running;
    const stack = this.#stacks.get(trial.variant);
    if (stack === undefined) throw new Error(`${trial.variant} is no side of this match`);
    const deployment = await this.#session.deploy(stack, this.#fresh(trial));
    this.#deployments.set(trial.variant, deployment);
    return deployment;
  }

  async #isWhole(running: Deployment, { workload, system }: Trial): Promise<boolean> {
    if (writes(workload) || actsOn(system).length > 0) return false;
    return (await deathsIn(running, this.#session.lab.signal)).length === 0;
  }

  /** What the plan says of rows that another trial has changed holds for one stack: each side has its own. */
  #fresh(trial: Trial): Trial {
    const { system } = trial;
    if (system.kind !== 'app' || !this.#match.isSideBySide) return trial;
    const freshData = writes(trial.workload) && this.#deployments.has(trial.variant);
    return { ...trial, system: { ...system, freshData } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stacks = [...new Set(this.#stacks.values())];
    const closing = stacks.map((stack) => stack[Symbol.asyncDispose]());
    // Where one cannot be closed that is told once the other is.
    await Promise.allSettled(closing);
    await Promise.all(closing);
  }
}

/**
 * Measures a side in a trial, on what `deploy` brings up.
 * @throws {SideFailure} where its server did not start, or has died; otherwise what went wrong
 */
export async function measureSide(
  session: RunSession,
  side: Side,
  trial: Trial,
  deploy: () => Promise<Deployment>,
): Promise<void> {
  let hasStarted = false;
  const started = async (): Promise<Deployment> => {
    const deployment = await deploy();
    hasStarted = true;
    return deployment;
  };
  try {
    await session.measure(trial, started);
  } catch (error) {
    throw await blamed(error, side, trial, session.lab, hasStarted);
  }
}

/** The error as one of its side, where it says of the server that it failed; otherwise as it is. */
async function blamed(
  error: unknown,
  side: Side,
  trial: Trial,
  { environment, signal }: Pick<Lab, 'environment' | 'signal'>,
  hasStarted: boolean,
): Promise<unknown> {
  const { system } = trial;
  if (signal.aborted || !(error instanceof LabError) || !isHosted(system)) return error;
  if (!error.logs.some(({ service }) => service === testedName(system))) return error;
  const revision = await revisionOf(system, environment, signal);
  const which = { side, system: startedAs(system), ...(revision === undefined ? {} : { revision }) };
  return new SideFailure(error, which, trial, hasStarted);
}

function startedAs(system: HostedSystem): string {
  return system.kind === 'command' ? `command ${system.command}` : `image ${system.image}`;
}

/**
 * Does a gate's work; where a side fails in it, that is the verdict, as for one that gives no right answer: B
 * has failed, or A is no measure for it. Of the other side it has to be known that it runs.
 * @throws {LabError} where neither side starts, and what the work throws for other reasons
 */
export async function judgingFailures(
  session: RunSession,
  sides: Sides,
  match: Match,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SideFailure)) throw error;
    await session.noteFailure(error, error.of);
    const other = await failureOfOther(error, session, sides, match);
    if (other !== undefined) {
      await session.noteFailure(other, other.of);
      const [a, b] = error.of.side === 'A' ? [error, other] : [other, error];
      const details = [a, b].flatMap(({ message, details: lines }) => [message, ...lines.map((line) => `  ${line}`)]);
      throw new LabError('Neither A nor B ran: there is nothing to compare.', { details, cause: error });
    }
    session.record.verdicts = [verdictOn(error)];
  }
}

/** The failure of the side that has not failed yet; undefined where it was measured, or starts. */
async function failureOfOther(
  { of }: SideFailure,
  session: RunSession,
  sides: Sides,
  match: Match,
): Promise<SideFailure | undefined> {
  const [side, other] = of.side === 'A' ? (['B', match.b] as const) : (['A', match.a] as const);
  const trial = match.plan.trials.find(({ variant }) => variant === other);
  if (trial === undefined || session.record.trials.some(({ variant }) => variant === other)) return undefined;
  try {
    await sides.deploy(trial);
    return undefined;
  } catch (error) {
    const failure = await blamed(error, side, trial, session.lab, false);
    if (failure instanceof SideFailure) return failure;
    throw failure;
  }
}
