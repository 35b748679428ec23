import { LabError } from '../../errors.ts';
import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import { readLoad } from '../common/load-session.ts';
import type { RunContext } from './run-context.ts';

/** Runs a load worker to its result. Leaving the loop early, or the signal, ends the worker. */
export async function* generateLoad(
  program: string,
  run: RunContext,
  job: LoadJob,
  signal: AbortSignal,
): AsyncIterable<WorkerMessage> {
  const worker = await run.start(
    {
      name: 'the load worker',
      command: process.execPath,
      args: [program],
      environment: run.environment,
      folder: run.folder,
      log: 'load-worker.log',
      piped: true,
      stopSignal: 'SIGTERM',
      graceMs: 500,
    },
    signal,
  );
  const { stdin, stdout } = worker.process;
  const stop = (): void => void worker.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (stdin === null || stdout === null) throw new LabError('The load worker has no pipes.');
    yield* readLoad(worker, { stdin, stdout }, job, signal);
  } finally {
    signal.removeEventListener('abort', stop);
    await run.stop([worker]);
  }
}
