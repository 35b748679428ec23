import type { BurstLoad } from '../../model/load-profile.ts';
import { requestNames } from '../../model/workload.ts';
import { closedEarly, type Failure } from '../http/failure.ts';
import { HttpClient } from '../http/http-client.ts';
import type { HttpConnection } from '../http/http-connection.ts';
import type { LoadJob, WorkerResult } from '../protocol.ts';
import { Recorder, tickMs } from '../recording/recorder.ts';
import type { DrawnRequest } from '../requests/drawn-request.ts';
import { originOf, originsOf } from '../requests/origin.ts';
import { RequestMix } from '../requests/request-mix.ts';
import { until } from './clock.ts';
import { GeneratorWatch } from './generator.ts';
import type { Stage } from './stage.ts';

/**
 * Bursts of requests at the same instant. The first one opens the connections, warms up and is not measured. The next one
 * comes `everyMs` after its last answer: a pause in which the parent reads the stack's counters. From then on a burst starts
 * `everyMs` after the start of the one before, or when that one's last answer is there, if this takes longer.
 *
 * The measured time is from the start of the first measured burst to the last answer or time-out, so nothing is unfinished.
 */
export async function driveBursts(job: LoadJob, load: BurstLoad, stage: Stage): Promise<WorkerResult> {
  const mix = new RequestMix(job.workload, job.seed, job.share, job.variables);
  using client = new HttpClient({ keepAlive: true, timeoutMs: load.timeoutMs });
  const origins = originsOf(job);
  const connections = Array.from({ length: load.size }, (_, index) => client.connectionTo(originOf(origins, index)));

  let problems: readonly (Failure | undefined)[] = [];
  const open = async (): Promise<void> => {
    // Lets the loop read once, so that connections which were closed meanwhile are known to be.
    await new Promise((resolve) => setImmediate(resolve));
    problems = await Promise.all(connections.map(async (connection) => connection.open()));
  };
  const burst = async (recorder?: Recorder): Promise<void> => {
    const requests = connections.map((connection) => {
      const request = mix.draw();
      connection.prepare(request);
      return { connection, request };
    });
    await Promise.all(
      requests.map(async ({ connection, request }, index) =>
        connection.isOpen
          ? send(connection, request, recorder)
          : notSent(request, problems[index] ?? closedEarly(false), recorder),
      ),
    );
  };

  await open();
  await burst();
  stage.emit({ type: 'measuring' });
  await until(performance.now() + load.everyMs);
  await open();

  const watch = new GeneratorWatch(stage.cpuUsage);
  const requests = requestNames(job.workload);
  const recorder = new Recorder({ phase: 'measuring', requests, startMs: performance.now(), emit: stage.emit });
  const ticker = setInterval(() => recorder.tick(performance.now()), tickMs);
  let nextMs = performance.now();
  for (let number = 1; number <= load.times; number++) {
    if (number > 1) {
      await until(nextMs);
      await open();
    }
    nextMs = performance.now() + load.everyMs;
    await burst(recorder);
  }
  const endMs = performance.now();
  clearInterval(ticker);
  const generator = watch.stop();
  stage.emit({ type: 'measured' });
  return recorder.finish(endMs, generator);
}

/** Writes a request at once and reports its end; resolves then. */
async function send(connection: HttpConnection, request: DrawnRequest, recorder: Recorder | undefined): Promise<void> {
  return new Promise((resolve) => {
    const sentAtMs = performance.now();
    recorder?.sent(sentAtMs);
    connection.exchange(request, sentAtMs, {
      answered: (answer) => {
        recorder?.answered(performance.now(), { sentAtMs, request, ...answer });
        resolve();
      },
      failed: ({ kind, words }) => {
        recorder?.failed(performance.now(), kind, { sentAtMs, request, words });
        resolve();
      },
    });
  });
}

/** Reports a request without a connection: to open one only now would be no burst. */
function notSent(request: DrawnRequest, { kind, words }: Failure, recorder: Recorder | undefined): void {
  const nowMs = performance.now();
  if (recorder?.sent(nowMs) === true) recorder.failed(nowMs, kind, { sentAtMs: nowMs, request, words });
}
