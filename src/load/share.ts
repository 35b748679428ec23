import type { LoadProfile } from '../scenarios/scenario.ts';
import type { LoadJob } from './job.ts';

/**
 * Splits a job into those of several workers. Of everything that is drawn or due, worker i of n takes each n-th, from the
 * i-th on, and passes over the others: together they send exactly the requests, at exactly the moments, that one would.
 */
export function splitJob(job: LoadJob, workers: number): readonly LoadJob[] {
  return Array.from({ length: workers }, (_, index) => {
    return { ...job, load: loadOf(job.load, index, workers), share: { index, of: workers } };
  });
}

/** What a worker has of connections and limits: equal parts, of which the first are one larger where it does not divide. */
function loadOf(load: LoadProfile, index: number, of: number): LoadProfile {
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
