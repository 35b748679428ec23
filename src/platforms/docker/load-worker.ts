import { Duplex } from 'node:stream';
import { type LoadSession, readLoad } from '../../load/load-session.ts';
import { onAbort } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import { inImage } from '../engine/lab-image.ts';
import type { Container } from './container.ts';
import { standardOutput } from './frames.ts';
import type { RunContext } from './run-context.ts';

/**
 * Runs a load worker for each job, as a container in the stack's network, to their common result. Leaving the loop early, or
 * the signal, removes them.
 */
export async function* generateLoad(
  run: RunContext,
  jobs: readonly LoadJob[],
  signal: AbortSignal,
): AsyncIterable<WorkerMessage> {
  const started: Container[] = [];
  const remove = async (): Promise<void> => run.remove(started);
  // The end of their output ends the loop below. Where this fails, it is tried again there.
  using _ = onAbort(signal, () => void remove().catch(() => undefined));
  let hasFailed = false;
  try {
    const sessions = await together(signal, (limited) =>
      jobs.map(async (job, index): Promise<LoadSession> => {
        const [worker, stream] = await startWorker(run, index + 1, limited);
        started.push(worker);
        return { worker, stdin: stream, stdout: standardOutput(stream), job };
      }),
    );
    yield* readLoad(sessions, signal);
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    // What went wrong before is what the user has to know; closing the run will remove them.
    await (hasFailed ? remove().catch(() => undefined) : remove());
  }
}

async function startWorker(run: RunContext, number: number, signal: AbortSignal): Promise<[Container, Duplex]> {
  let stream: NodeJS.ReadWriteStream | undefined;
  const worker = await run.start(
    {
      service: 'load',
      copy: `load-${number}`,
      title: 'the load worker',
      image: run.settings.labImage,
      command: [inImage.worker],
      environment: { NODE_ENV: 'production' },
      limits: run.settings.loadLimits,
      hasInput: true,
      isLoad: true,
    },
    signal,
    async (made) => {
      stream = await made.attach();
    },
  );
  if (!(stream instanceof Duplex)) throw new LabError('The load worker was not spoken to.');
  return [worker, stream];
}
