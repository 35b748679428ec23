import { together } from '../../machine/together.ts';
import { step } from '../../model/steps.ts';
import { type Copy, type Service, copiesOf } from '../../services/service.ts';
import type { Host, RunningCopy } from './host.ts';

/**
 * Starts the services on which others build: none of them needs another.
 * @throws {LabError} of the first that does not become ready
 */
export async function startStores<C extends RunningCopy>(
  host: Host<C>,
  stores: readonly Service[],
  signal: AbortSignal,
): Promise<readonly C[]> {
  const started = await together(signal, (limited) =>
    stores.map((store) => startService(host, store, copiesOf(store), [], limited)),
  );
  return started.flat();
}

/**
 * Starts copies of a service, and does at the same time what is done once before anything asks them; told as steps.
 * @param running what it may use or front
 * @throws {LabError} of the first that does not become ready
 */
export async function startService<C extends RunningCopy>(
  host: Host<C>,
  service: Service,
  copies: readonly Copy[],
  running: readonly C[],
  signal: AbortSignal,
): Promise<readonly C[]> {
  const { prepare, title, name } = service;
  if (copies.length > 0) await host.makeReady?.(service, copies, running, signal);
  const what = service.copies.kind === 'one' ? title : `${copies.length} × ${name}`;
  const startAll = (limited: AbortSignal): Promise<readonly C[]> =>
    together(limited, (inner) => copies.map((copy) => host.start(service, copy, running, inner)));
  const [, started] = await together(signal, (limited) => [
    prepare === undefined
      ? Promise.resolve()
      : step(host.onStep, prepare.title, () => host.prepare(service, prepare, running, limited)),
    copies.length === 0 ? Promise.resolve([]) : step(host.onStep, `${what} starts`, () => startAll(limited)),
  ]);
  return started;
}
