import type { WorkerMessage } from '../protocol.ts';
import type { CpuUsage } from './generator.ts';

/** What a driver needs of the process that it runs in. */
export interface Stage {
  readonly emit: (message: WorkerMessage) => void;
  readonly cpuUsage: CpuUsage;
  /** When the load begins, on the clock of `performance.now()`. */
  readonly startMs: number;
}
