import { together } from '../../machine/together.ts';
import type { ResolvedAct } from '../../model/acts.ts';
import { controlPortAt, copiesOf } from '../../services/service.ts';
import { tellLink } from '../common/link-acts.ts';
import type { DeployedCopies } from './deployed-copies.ts';
import { type RunningCopy, flush, makeReady, startCopy, tellOfOthers } from './running-copy.ts';

/**
 * Does an act to a deployment's copies, whatever they are there for.
 * @throws {LabError} that says why it could not be done, or what did not become ready
 */
export async function actOn(copies: DeployedCopies, act: ResolvedAct, signal: AbortSignal): Promise<void> {
  copies.noteAct();
  await copies.inTurn(act.service, () => doTo(copies, act, signal));
}

async function doTo(copies: DeployedCopies, act: ResolvedAct, signal: AbortSignal): Promise<void> {
  switch (act.kind) {
    case 'kill':
      return onEach(copies, act, signal, async (copy, limited) => {
        await copies.end(copy, 0);
        if (act.restart === 'always') await copies.startAgain(copy, limited);
      });
    case 'stop':
      return onEach(copies, act, signal, (copy) => copies.end(copy, act.graceMs));
    case 'restart':
      return onEach(copies, act, signal, async (copy, limited) => {
        await copies.end(copy, act.graceMs);
        await copies.startAgain(copy, limited);
      });
    case 'pause':
      return onEach(copies, act, signal, ({ process }) => process.pause());
    case 'resume':
      return onEach(copies, act, signal, ({ process }) => process.resume());
    case 'flush':
      return flush(await present(copies, act.service, 1), signal);
    case 'scale':
      return scale(copies, act.service, act.to, signal);
    case 'slow-link':
    case 'cut-link':
    case 'heal-link': {
      const copy = await present(copies, act.service, 1);
      return tellLink(copy.service, act, (control) => `http://${copy.host}:${controlPortAt(control, copy)}`, signal);
    }
    case 'roll-out':
      throw new Error('Processes of this machine have no versions that are rolled out.');
  }
}

/** Does something to all copies that an act is for, at the same time. */
async function onEach(
  copies: DeployedCopies,
  act: ResolvedAct & { readonly copies: readonly number[] },
  signal: AbortSignal,
  deed: (copy: RunningCopy, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await together(signal, (limited) =>
    act.copies.map(async (number) => deed(await present(copies, act.service, number), limited)),
  );
}

/**
 * A copy that runs.
 * @throws {LabError} with the end of its log, where it has ended by itself
 */
async function present(copies: DeployedCopies, service: string, number: number): Promise<RunningCopy> {
  const copy = copies.present.find((one) => one.service.name === service && one.number === number);
  if (copy === undefined) throw new Error(`There is no copy ${number} of ${service} to do anything to.`);
  if (copy.process.end !== undefined) throw await copy.process.failure(copy.process.end);
  return copy;
}

/** One that was ended stays so, and keeps its number, unless that is too high. */
async function scale(copies: DeployedCopies, service: string, to: number, signal: AbortSignal): Promise<void> {
  const before = copies.ofService(service);
  const [first] = before;
  if (first === undefined) throw new Error(`There is no ${service} that could be scaled.`);
  const { located, of } = first;
  const missing = copiesOf({ name: service, copies: { kind: 'alike', count: to, autoscale: undefined } })
    .filter(({ name }) => !before.some((copy) => copy.name === name))
    // Which of them is a slow one does not change.
    .map((copy) => ({ ...copy, of }));
  // Also those that are gone: it is told where they were, and will be.
  const others = copies.all;
  const started = await together(signal, (limited) =>
    missing.map(async (copy) => {
      await makeReady(located, copy, others, limited);
      return startCopy(located, copy, others, limited);
    }),
  );
  for (const copy of started) copies.put(copy);
  const leaving = before.filter(({ number }) => number > to);
  copies.drop(leaving);
  for (const { service: balancer } of copies.inFrontOf(service))
    await copies.inTurn(balancer.name, () => tell(copies, balancer.name, signal));
  await Promise.all(leaving.map((copy) => copies.end(copy, undefined)));
}

/** Has a balancer heed which copies there are. */
async function tell(copies: DeployedCopies, balancer: string, signal: AbortSignal): Promise<void> {
  for (const copy of copies.ofService(balancer)) copies.put(await tellOfOthers(copy, copies.present, signal));
}
