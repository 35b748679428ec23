import { withTimeLimit } from '../../machine/time-limit.ts';
import { linkText } from '../../model/act-words.ts';
import { type LinkAct, actTraits } from '../../model/acts.ts';
import { LabError, messageOf } from '../../model/errors.ts';
import { shortened } from '../../model/foreign-text.ts';
import type { Control, Service } from '../../services/service.ts';
import type { Ask } from './answer.ts';

/** It does nothing else, and answers at once. */
const answerLimitMs = 5_000;

/**
 * Does an act to a link: it has taken effect when this resolves.
 * @param urlAt where the link is told
 * @throws {LabError} that says what kept it from that
 */
export async function tellLink(
  { name, control }: Service,
  act: LinkAct,
  urlAt: (control: Control) => string,
  signal: AbortSignal,
  askOnce: Ask,
): Promise<void> {
  if (control === undefined) throw new Error(`${name} is no link: the plan should not have been run`);
  const problem = await problemOf(`${urlAt(control)}${control.pathFor(act)}`, signal, askOnce);
  if (problem === undefined) return;
  throw new LabError(`${linkText(act)} did not take the order (${actTraits[act.kind].noun}): ${problem}.`);
}

/** What is wrong with the answer, where something is. */
async function problemOf(url: string, signal: AbortSignal, askOnce: Ask): Promise<string | undefined> {
  try {
    const { status, body } = await withTimeLimit(answerLimitMs, signal, (limited) => askOnce(url, limited));
    return status === 200 ? undefined : `it answered with status ${status} (${shortened(body.trim(), 200)})`;
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}
