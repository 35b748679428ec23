import autocannon from 'autocannon';
import type { ClosedLoad } from '../../model/load-profile.ts';
import { Farewells } from '../http/farewells.ts';
import type { LoadJob, WorkerResult } from '../protocol.ts';
import { originsOf } from '../requests/origin.ts';
import { RequestMix } from '../requests/request-mix.ts';
import { Connection } from './autocannon-connection.ts';
import { bookClosedLoop, type Books, type Users } from './closed-books.ts';
import type { Stage } from './stage.ts';

/** Past every load: the time is kept elsewhere, as autocannon's own is in whole seconds. */
const foreverSeconds = 1_000_000;

/** How soon autocannon sees that its clients are gone. */
const sampleMs = 100;

/** Closed-loop load by autocannon. */
export async function driveClosedLoop(job: LoadJob, load: ClosedLoad, stage: Stage): Promise<WorkerResult> {
  const farewells = new Farewells();
  try {
    return await bookClosedLoop(job, load, stage, (books) => openClients(job, load, books, farewells));
  } finally {
    farewells.close();
  }
}

/** Opens all connections, dealt out over the addresses. */
function openClients(job: LoadJob, load: ClosedLoad, books: Books, farewells: Farewells): Users {
  const connections: Connection[] = [];
  const mix = new RequestMix(job.workload, job.seed, job.share, job.variables);
  const runs = originsOf(job).map(async (origin) => {
    const share = Math.ceil((load.connections - origin.index) / job.urls.length);
    if (share <= 0) return;
    await autocannon({
      url: origin.endpointUrl,
      ...(origin.servername === undefined ? {} : { servername: origin.servername }),
      connections: share,
      duration: foreverSeconds,
      sampleInt: sampleMs,
      skipAggregateResult: true,
      setupClient: (client) => {
        const { timeoutMs } = load;
        connections.push(new Connection(client, { origin, mix, timeoutMs, farewells, recorder: () => books.recorder }));
      },
    });
  });
  return {
    get inFlight() {
      return connections.filter(({ inFlight }) => inFlight).length;
    },
    ended: Promise.all(runs).then(() => undefined),
    stop: () => connections.forEach((connection) => connection.close()),
  };
}
