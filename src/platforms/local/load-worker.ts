import { LabError } from '../../errors.ts';
import type { LoadJob, WorkerMessage } from '../../load/job.ts';
import { readWorkerMessages } from '../../load/worker-process.ts';
import { logTail } from '../common/log-tail.ts';
import { settlesWithin } from '../common/time-limit.ts';
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
    // A worker that dies early is told of by the end of its output, not by the pipe that it left.
    stdin.on('error', () => undefined);
    stdin.write(`${JSON.stringify(job)}\n`);
    yield* readWorkerMessages(stdout);
    // Its input is open until now: a worker whose lab was killed sees the end of it, and stops.
    stdin.end();
    await settlesWithin(1_000, worker.ended);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    await settlesWithin(500, worker.ended);
    const details = [...error.details, ...logTail(await worker.log())];
    const { hint = worker.end === undefined ? undefined : `The load worker ${worker.end}.` } = error;
    throw new LabError(error.message, { details, cause: error, ...(hint === undefined ? {} : { hint }) });
  } finally {
    signal.removeEventListener('abort', stop);
    await run.stop([worker]);
  }
}
