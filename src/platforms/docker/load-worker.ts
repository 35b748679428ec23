import { Writable } from 'node:stream';
import { LabError } from '../../errors.ts';
import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import { readLoad } from '../common/load-session.ts';
import type { Container } from './container.ts';
import { standardOutput } from './frames.ts';
import { inImage } from './lab-image.ts';
import type { RunContext } from './run-context.ts';

/** Runs a load worker as a container in the stack's network to its result. Leaving the loop early, or the signal, removes it. */
export async function* generateLoad(
  run: RunContext,
  number: number,
  job: LoadJob,
  signal: AbortSignal,
): AsyncIterable<WorkerMessage> {
  let worker: Container | undefined;
  let stream: NodeJS.ReadWriteStream | undefined;
  const remove = async (): Promise<void> => run.remove(worker === undefined ? [] : [worker]);
  // The end of its output ends the loop below.
  const stop = (): void => void remove().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    worker = await run.start(
      {
        service: `load-${number}`,
        title: 'the load worker',
        image: run.settings.labImage,
        command: [inImage.worker],
        environment: { NODE_ENV: 'production' },
        hasInput: true,
        isLoad: true,
      },
      signal,
      async (made) => {
        worker = made;
        stream = await made.attach();
      },
    );
    if (!(stream instanceof Writable)) throw new LabError('The load worker was not spoken to.');
    yield* readLoad(worker, { stdin: stream, stdout: standardOutput(stream) }, job, signal);
  } finally {
    signal.removeEventListener('abort', stop);
    await remove();
  }
}
