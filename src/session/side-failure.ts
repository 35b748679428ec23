import { LabError } from '../model/errors.ts';
import type { Trial } from '../model/plan.ts';
import type { Failure, Verdict } from '../record/run-record.ts';

/** One of two that are set against each other. */
export type Side = 'A' | 'B';

/** Which side has failed, and what it is. */
type Which = Pick<Failure, 'system' | 'revision'> & { readonly side: Side };

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

/** What a gate makes of a side that has failed, where the other one has not. */
export function verdictOn({ of, scenario, claim, message }: SideFailure): Verdict {
  const about = { scenario, expectation: claim };
  const reason = message.replace(/\.$/, '');
  if (of.side === 'B') return { ...about, outcome: 'failed', reason };
  const outcome = 'inconclusive';
  return { ...about, outcome, reason: `the base is broken, so there is nothing to judge by: ${reason}` };
}
