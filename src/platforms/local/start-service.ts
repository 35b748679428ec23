import { together } from '../../machine/together.ts';
import { step } from '../../model/steps.ts';
import { type Copy, type Service, copiesOf } from '../../services/service.ts';
import { type LocatedService, type Surroundings, locate } from './located-service.ts';
import type { RunContext } from './run-context.ts';
import { type RunningCopy, prepare, runFirst, startCopy } from './running-copy.ts';

/** Where a service is started. */
export interface Around {
  readonly run: RunContext;
  readonly surroundings: Surroundings;
  /** The copies of the services that it uses or fronts. */
  readonly running: readonly RunningCopy[];
}

/**
 * Starts copies of a service as processes, all of them unless some are named, and does at the same time what is done once before
 * anything asks them; told as steps.
 * @throws {LabError} that says what is missing, or of the first that does not become ready
 */
export async function startService(
  service: Service,
  { run, surroundings, running }: Around,
  signal: AbortSignal,
  copies: readonly Copy[] = copiesOf(service),
): Promise<readonly RunningCopy[]> {
  const { title, program } = service;
  const find = (): Promise<LocatedService> => locate(run, service, surroundings, signal);
  const makeReady = async (): Promise<LocatedService> => {
    const located = await find();
    for (const copy of copies) await runFirst(located, copy, signal);
    return located;
  };
  const isMadeReady = program?.first !== undefined;
  const located = isMadeReady ? await step(run.onStep, `${title} is prepared`, makeReady) : await find();
  const startAll = (limited: AbortSignal): Promise<readonly RunningCopy[]> =>
    together(limited, (inner) => copies.map((copy) => startCopy(located, copy, running, inner)));
  const many = service.copies.kind === 'one' ? '' : `${copies.length} × `;
  const [, started] = await together(signal, (limited) => [
    prepare(located, running, limited),
    copies.length === 0 ? Promise.resolve([]) : step(run.onStep, `${many}${title} starts`, () => startAll(limited)),
  ]);
  return started;
}
