import { together } from '../../machine/together.ts';
import { step } from '../../model/steps.ts';
import { type Copy, type Service, copiesOf } from '../../services/service.ts';
import { type LocatedService, type Surroundings, locate } from './located-service.ts';
import type { RunContext } from './run-context.ts';
import { type RunningCopy, makeReady, prepare, startCopy } from './running-copy.ts';

/**
 * Starts a service on which others build: all copies of it, and what comes before their first start; told as steps.
 * @throws {LabError} that says what is missing, or of the first that does not become ready
 */
export async function startStore(
  run: RunContext,
  store: Service,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<readonly RunningCopy[]> {
  const find = (): Promise<LocatedService> => locate(run, store, surroundings, signal);
  const prepared = async (): Promise<LocatedService> => {
    const located = await find();
    await makeAllReady(located, copiesOf(store), [], signal);
    return located;
  };
  const takesTime = store.program?.first !== undefined;
  const located = takesTime ? await step(run.onStep, `${store.title} is prepared`, prepared) : await prepared();
  return startCopies(located, copiesOf(store), [], signal);
}

/**
 * Starts copies of a service in place of others, of which nothing is left that they might remember.
 * @param running the copies of the services that it uses or fronts
 * @throws {LabError} of the first that does not become ready
 */
export async function startAnew(
  located: LocatedService,
  copies: readonly Copy[],
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<readonly RunningCopy[]> {
  await makeAllReady(located, copies, running, signal);
  return startCopies(located, copies, running, signal);
}

async function makeAllReady(
  located: LocatedService,
  copies: readonly Copy[],
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<void> {
  await together(signal, (limited) => copies.map((copy) => makeReady(located, copy, running, limited)));
}

/**
 * Starts copies of a service, and does at the same time what is done once before anything asks them; told as steps.
 * @param running the copies of the services that it uses or fronts
 * @throws {LabError} of the first that does not become ready
 */
export async function startCopies(
  located: LocatedService,
  copies: readonly Copy[],
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<readonly RunningCopy[]> {
  const { run, service } = located;
  const many = service.copies.kind === 'one' ? '' : `${copies.length} × `;
  const startAll = (limited: AbortSignal): Promise<readonly RunningCopy[]> =>
    together(limited, (inner) => copies.map((copy) => startCopy(located, copy, running, inner)));
  const [, started] = await together(signal, (limited) => [
    prepare(located, running, limited),
    copies.length === 0
      ? Promise.resolve([])
      : step(run.onStep, `${many}${service.title} starts`, () => startAll(limited)),
  ]);
  return started;
}
