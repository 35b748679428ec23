import { type LoadSession, readLoad } from '../../../load/load-session.ts';
import { never, pause } from '../../../machine/time-limit.ts';
import { step, type OnStep } from '../../../model/steps.ts';
import type { Service } from '../../../services/service.ts';
import type { LoadJob, WorkerMessage } from '../../../worker/protocol.ts';
import { loadManifest } from '../manifests/load.ts';
import { isRunning, nameOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import { type WorkerPod, workerPods } from './worker-pod.ts';

const job = 'load';
const lookEveryMs = 1_000;
/** How long nobody may be able to tell how the workers are. */
const unseenLimitMs = 60_000;

/**
 * Runs a load worker for each job on what is tested, as the pods of a Job in the run's namespace, to their common result. Leaving the loop early, or
 * the signal, removes them. A worker that is lost fails all of it, even if the cluster makes another pod in its place.
 */
export async function* generateLoad(
  run: RunNamespace,
  tested: Service,
  jobs: readonly LoadJob[],
  onStep: OnStep,
  signal: AbortSignal,
): AsyncIterable<WorkerMessage> {
  const over = new AbortController();
  const limited = AbortSignal.any([signal, over.signal]);
  let watching: Promise<void> = Promise.resolve();
  let hasFailed = false;
  try {
    signal.throwIfAborted();
    const areRunning = (pods: Parameters<typeof workerPods>[1]): boolean =>
      pods.length === jobs.length && pods.every(isRunning);
    const what = jobs.length === 1 ? 'The load worker' : `A load worker of ${jobs.length}`;
    const pods = await step(onStep, `${jobs.length} × load worker starts`, async () => {
      await run.create([loadManifest(run.names, job, jobs.length, tested.ready)], signal);
      return run.until({ service: job }, what, areRunning, signal);
    });
    const workers = workerPods(run, pods);
    watching = watch(run, workers, limited);
    const inputs = await Promise.all(workers.map(async (worker) => worker.attach(limited)));
    yield* readLoad(sessionsOf(jobs, workers, inputs, limited), signal);
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    over.abort();
    await watching;
    await removeWorkers(run, hasFailed);
  }
}

/** What went wrong before is what the user has to know, not that this did, too. */
async function removeWorkers(run: RunNamespace, hasFailed: boolean): Promise<void> {
  const removal = run.removeAll([job], never());
  await (hasFailed ? removal.catch(() => undefined) : removal);
}

function sessionsOf(
  jobs: readonly LoadJob[],
  workers: readonly WorkerPod[],
  inputs: readonly LoadSession['stdin'][],
  signal: AbortSignal,
): readonly LoadSession[] {
  return workers.flatMap((worker, index): readonly LoadSession[] => {
    const [ofIt, stdin] = [jobs[index], inputs[index]];
    if (ofIt === undefined || stdin === undefined) return [];
    return [{ worker, stdin, stdout: worker.output(signal), job: ofIt, hasOwnClock: true }];
  });
}

/** Looks at the pods until it is told to stop. A look that fails is one look fewer, until there have been none for too long. */
async function watch(run: RunNamespace, workers: readonly WorkerPod[], signal: AbortSignal): Promise<void> {
  let seenMs = performance.now();
  while (!signal.aborted) {
    const pods = await listPods(run.pods({ service: job }), signal).catch(() => undefined);
    if (pods !== undefined) {
      seenMs = performance.now();
      for (const worker of workers) worker.see(pods.find((pod) => nameOf(pod) === worker.name));
    } else if (performance.now() - seenMs > unseenLimitMs) {
      for (const worker of workers) worker.lose('is out of reach: the API server does not answer');
    }
    await pause(lookEveryMs, signal).catch(() => undefined);
  }
}
