import os from 'node:os';
import type { Match } from './match.ts';
import type { Deployment, Platform, Stack } from './platforms/platform.ts';
import type { RunSession } from './run-session.ts';
import type { Trial } from './scenarios/plan.ts';
import { writes } from './scenarios/scenario.ts';
import type { System } from './scenarios/system.ts';

/** Below so much free memory two systems are not brought up at once. */
const roomyBytes = 1.5 * 2 ** 30;

/**
 * Whether two systems can be up at once. A cluster schedules pods and is not asked twice; a fixed port can be had once; and a
 * machine that begins to swap measures nothing any more.
 */
export function canBeSideBySide(systems: readonly System[], platform: Pick<Platform, 'name'>): boolean {
  const ports = systems.flatMap((system) => (system.kind === 'command' ? (system.port ?? []) : []));
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
      await first[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Has the system of a trial running. One that has a stack of its own, and rows that nothing has changed, stays as it is. */
  async deploy(trial: Trial): Promise<Deployment> {
    const running = this.#deployments.get(trial.variant);
    if (running !== undefined && this.#match.isSideBySide && !writes(trial.workload)) return running;
    const stack = this.#stacks.get(trial.variant);
    if (stack === undefined) throw new Error(`${trial.variant} is no side of this match`);
    const deployment = await this.#session.deploy(stack, this.#fresh(trial));
    this.#deployments.set(trial.variant, deployment);
    return deployment;
  }

  /** What the plan says of rows that another trial has changed holds for one stack: each side has its own. */
  #fresh(trial: Trial): Trial {
    const { system } = trial;
    if (system.kind !== 'app' || !this.#match.isSideBySide) return trial;
    const freshData = writes(trial.workload) && this.#deployments.has(trial.variant);
    return { ...trial, system: { ...system, freshData } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...new Set(this.#stacks.values())].map((stack) => stack[Symbol.asyncDispose]()));
  }
}
