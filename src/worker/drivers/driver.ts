import type { LoadJob, WorkerResult } from '../protocol.ts';
import { driveClosedLoop } from './autocannon-loop.ts';
import { driveBursts } from './burst.ts';
import { until } from './clock.ts';
import { driveLabLoop } from './lab-loop.ts';
import { driveOpenLoop } from './open-loop.ts';
import type { Stage } from './stage.ts';

/** Puts a job's load on its addresses, from the stage's start. */
export async function drive(job: LoadJob, stage: Stage): Promise<WorkerResult> {
  if (job.load.kind !== 'open') await until(stage.startMs);
  switch (job.load.kind) {
    case 'closed':
      return job.load.driver === 'lab' ? driveLabLoop(job, job.load, stage) : driveClosedLoop(job, job.load, stage);
    case 'open':
      return driveOpenLoop(job, job.load, stage);
    case 'burst':
      return driveBursts(job, job.load, stage);
  }
}
