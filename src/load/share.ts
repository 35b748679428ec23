import { connectionsOf, type WorkerLoad } from '../model/load-profile.ts';
import type { LoadJob } from '../worker/protocol.ts';

/**
 * Splits a job into those of several workers. Of everything that is drawn or due, worker i of n takes each n-th, from the
 * i-th on, and passes over the others: together they send exactly the requests, at exactly the moments, that one would. Their
 * connections, too, are dealt out over the addresses as those of one would be: each worker goes on where the one before has ended.
 */
export function splitJob(job: LoadJob, workers: number): readonly LoadJob[] {
  let connections = 0;
  return Array.from({ length: workers }, (_, index) => {
    const load = loadOf(job.load, index, workers);
    const urls = rotated(job.urls, connections);
    connections += connectionsOf(load);
    return { ...job, urls, load, share: { index, of: workers } };
  });
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const first = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** What a worker has of connections and limits: equal parts, of which the first are one larger where it does not divide. */
function loadOf(load: WorkerLoad, index: number, of: number): WorkerLoad {
  const part = (whole: number): number => Math.floor(whole / of) + (index < whole % of ? 1 : 0);
  switch (load.kind) {
    case 'closed':
      return { ...load, connections: part(load.connections) };
    case 'open':
      return { ...load, connections: part(load.connections), inFlightLimit: part(load.inFlightLimit) };
    case 'burst':
      return { ...load, size: part(load.size) };
  }
}
