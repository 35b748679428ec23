import { driveBursts } from './burst.ts';
import { driveClosedLoop } from './closed-loop.ts';
import type { LoadJob, WorkerResult } from './job.ts';
import type { Stage } from './stage.ts';

/** Puts a job's load on its addresses. */
export async function drive(job: LoadJob, stage: Stage): Promise<WorkerResult> {
  switch (job.load.kind) {
    case 'closed':
      return driveClosedLoop(job, job.load, stage);
    case 'burst':
      return driveBursts(job, job.load, stage);
  }
}
