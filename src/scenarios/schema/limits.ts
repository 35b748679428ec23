import { z } from 'zod';
import type { Limits } from '../../model/system.ts';
import { memory, number, table } from '../../shapes/shapes.ts';

/** `limits:` as it is written: only what it changes. */
export const limitsSchema = table('limits', {
  cpu: number('the CPU limit', 0.01, 256).optional(),
  // What Node needs to start at all.
  memory: memory('the memory limit', 64 * 1024 ** 2, 1024 ** 4).optional(),
});

/** The limits with a change laid over them. */
export function changeLimits(limits: Limits, change: z.output<typeof limitsSchema> | undefined): Limits {
  return { cpu: change?.cpu ?? limits.cpu, memoryBytes: change?.memory ?? limits.memoryBytes };
}
