import type { ClosedLoad } from '../../model/load-profile.ts';
import { HttpClient } from '../http/http-client.ts';
import type { LoadJob, WorkerResult } from '../protocol.ts';
import { originOf, originsOf } from '../requests/origin.ts';
import { RequestMix } from '../requests/request-mix.ts';
import { bookClosedLoop, type Books, type Users } from './closed-books.ts';
import { LabUser } from './lab-user.ts';
import type { Stage } from './stage.ts';

/** Closed-loop load on the lab's own connections. */
export async function driveLabLoop(job: LoadJob, load: ClosedLoad, stage: Stage): Promise<WorkerResult> {
  using client = new HttpClient({ keepAlive: true, timeoutMs: load.timeoutMs });
  return await bookClosedLoop(job, load, stage, (books) => openUsers(job, load, client, books));
}

/** One user for each connection, dealt out over the addresses. */
function openUsers(job: LoadJob, load: ClosedLoad, client: HttpClient, books: Books): Users {
  const mix = new RequestMix(job.workload, job.seed, job.share, job.variables);
  const origins = originsOf(job);
  const users = Array.from({ length: load.connections }, (_, index) => {
    return new LabUser(client.connectionTo(originOf(origins, index)), { mix, books, thinkMs: load.thinkMs });
  });
  // Users that think all begin at another time: they would otherwise ask in unison for ever.
  for (const [index, user] of users.entries()) user.start((load.thinkMs * index) / users.length);
  let resolve: () => void = () => undefined;
  const ended = new Promise<void>((settle) => (resolve = settle));
  return {
    get inFlight() {
      return users.filter(({ inFlight }) => inFlight).length;
    },
    ended,
    stop: () => {
      for (const user of users) user.stop();
      resolve();
    },
  };
}
