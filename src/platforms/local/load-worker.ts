import { type LoadSession, readLoad } from '../../load/load-session.ts';
import { onAbort } from '../../machine/time-limit.ts';
import { together } from '../../machine/together.ts';
import { LabError } from '../../model/errors.ts';
import type { LoadJob, WorkerMessage } from '../../worker/protocol.ts';
import type { LocalProcess } from './process.ts';
import type { RunContext } from './run-context.ts';

/** Runs a load worker for each job to their common result. Leaving the loop early, or the signal, ends the workers. */
export async function* generateLoad(
  program: string,
  run: RunContext,
  jobs: readonly LoadJob[],
  signal: AbortSignal,
): AsyncIterable<WorkerMessage> {
  const started: LocalProcess[] = [];
  using _ = onAbort(signal, () => void run.stop(started));
  try {
    const sessions = await together(signal, (limited) =>
      jobs.map(async (job, index): Promise<LoadSession> => {
        const worker = await startWorker(program, run, index + 1, limited);
        started.push(worker);
        const { stdin, stdout } = worker.child;
        if (stdin === null || stdout === null) throw new LabError('The load worker has no pipes.');
        return { worker, stdin, stdout, job };
      }),
    );
    yield* readLoad(sessions, signal);
  } finally {
    await run.stop(started);
  }
}

function startWorker(program: string, run: RunContext, number: number, signal: AbortSignal): Promise<LocalProcess> {
  return run.start(
    {
      service: 'load',
      copy: `load-${number}`,
      name: 'the load worker',
      command: process.execPath,
      args: [program],
      environment: run.environment,
      folder: run.folder,
      log: `load-${number}.log`,
      piped: true,
      stopSignal: 'SIGTERM',
      graceMs: 500,
    },
    signal,
  );
}
