import { isDeepStrictEqual } from 'node:util';
import { together } from '../../../machine/together.ts';
import { step, type OnStep } from '../../../model/steps.ts';
import type { Service } from '../../../services/service.ts';
import { type Workload, workloadOf } from '../manifests/workload.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { prepare } from './preparation.ts';
import { type RunningService, countOf, neighboursOf, scaleService, startService } from './running-service.ts';

/**
 * What runs that cannot stay, whatever it would be told now: what is not wanted any more, what is to start anew, and what uses or
 * fronts one of these, which has another address then.
 * @param running each service after what it uses or fronts
 */
export function leavingOf(running: readonly RunningService[], wanted: readonly Service[]): readonly RunningService[] {
  return running.reduce<readonly RunningService[]>((leaving, each) => {
    const { name, uses, fronts } = each.service;
    const now = wanted.find((service) => service.name === name);
    const loses = leaving.some(({ service }) => [...uses, ...fronts].includes(service.name));
    return now?.betweenTrials === 'stays-if-same' && !loses ? leaving : [...leaving, each];
  }, []);
}

/** Whether two descriptions of a service are the same but for how many copies there are, all of one template. */
export function areAlike(one: Workload, other: Workload): boolean {
  const told = ({ config, deployments }: Workload) => [config, deployments.map(({ spec }) => spec?.template)];
  return one.deployments.length === 1 && isDeepStrictEqual(told(one), told(other));
}

/**
 * Has a service run and prepared. Its copies are those of before where they would be started with the same settings.
 * @param running what it may use or front
 */
export async function putInPlace(
  run: RunNamespace,
  before: RunningService | undefined,
  service: Service,
  running: readonly RunningService[],
  onStep: OnStep,
  signal: AbortSignal,
): Promise<RunningService> {
  const { name, prepare: preparation } = service;
  const neighbours = neighboursOf(run, running);
  const workload = workloadOf(run.names, service, neighbours);
  const staying = before !== undefined && areAlike(before.workload, workload) ? before : undefined;
  if (staying === undefined) {
    if (before !== undefined) await run.removeAll([name], signal);
    await run.create(workload.config, signal);
  }
  // Data and copies at the same time: nothing asks a copy for data before this is done.
  const [, started] = await together(signal, (limited) => [
    preparation === undefined
      ? Promise.resolve()
      : step(onStep, preparation.title, () => prepare(run, service, preparation, neighbours, limited)),
    staying === undefined
      ? step(onStep, starting(service), () => startService(run, service, workload, limited))
      : resize(run, staying, service, workload, onStep, limited),
  ]);
  return started;
}

/** As many copies as are asked for now: told where these are more or fewer. */
async function resize(
  run: RunNamespace,
  running: RunningService,
  service: Service,
  workload: Workload,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<RunningService> {
  const difference = countOf(service) - running.count;
  const work = () => scaleService(run, running, service, workload, signal);
  if (difference === 0) return work();
  const text = `${Math.abs(difference)} × ${service.name} ${difference > 0 ? 'starts' : 'ends'}`;
  return step(onStep, text, work);
}

function starting({ name, title, copies }: Service): string {
  return copies.kind === 'one' ? `${title} starts` : `${copies.count} × ${name} starts`;
}
