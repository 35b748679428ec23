import { LabError } from './errors.ts';
import type { Match } from './match.ts';
import { isTargetService } from './platforms/common/hosting.ts';
import type { Deployment } from './platforms/platform.ts';
import { revisionOf } from './revision.ts';
import type { Failure, Verdict } from './result.ts';
import type { Lab, RunSession } from './run-session.ts';
import type { Trial } from './scenarios/plan.ts';
import { isHosted, type HostedSystem } from './scenarios/system.ts';
import type { Sides } from './sides.ts';

/** Which side has failed, and what it is. */
type Which = Pick<Failure, 'system' | 'revision'> & { readonly side: 'A' | 'B' };

/** A side that is a server of the user's own and did not start, or has died: the lab could do its part. */
export class SideFailure extends LabError {
  override readonly name = 'SideFailure';
  readonly of: Which;
  /** That it started, or ran on, as a claim. */
  readonly claim: string;

  readonly scenario: string;

  constructor(cause: LabError, of: Which, { scenario, round }: Trial, isStarted: boolean) {
    const { hint, details, logs } = cause;
    const happened = isStarted ? `died in round ${round}` : 'did not start';
    const revision = of.revision === undefined ? '' : `, revision ${of.revision}`;
    const told = `${of.side} ${happened}: ${cause.message.replace(/\.$/, '')}. ${of.side} is the ${of.system ?? ''}${revision}.`;
    super(told, { details, logs, cause, ...(hint === undefined ? {} : { hint }) });
    this.of = of;
    this.claim = `${of.side} ${isStarted ? 'runs on' : 'starts'}`;
    this.scenario = scenario;
  }
}

/**
 * Measures a side in a trial, on what `deploy` brings up.
 * @throws {SideFailure} where its server did not start, or has died; otherwise what went wrong
 */
export async function measureSide(
  session: RunSession,
  side: Which['side'],
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
  side: Which['side'],
  trial: Trial,
  { environment, signal }: Pick<Lab, 'environment' | 'signal'>,
  hasStarted: boolean,
): Promise<unknown> {
  const { system } = trial;
  if (signal.aborted || !(error instanceof LabError) || !isHosted(system)) return error;
  if (!error.logs.some(({ service }) => isTargetService(service))) return error;
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

/** What a gate makes of a side that has failed, where the other one has not. */
export function verdictOn({ of, scenario, claim, message }: SideFailure): Verdict {
  const about = { scenario, expectation: claim };
  const reason = message.replace(/\.$/, '');
  if (of.side === 'B') return { ...about, outcome: 'failed', reason };
  const outcome = 'inconclusive';
  return { ...about, outcome, reason: `the base is broken, so there is nothing to judge by: ${reason}` };
}
