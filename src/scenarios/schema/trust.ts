import type { z } from 'zod';
import type { Trust } from '../../model/scenario.ts';
import { duration, percentage, table, whole } from '../../shapes/shapes.ts';

/** What is trusted in a scenario that says nothing. */
export const defaultTrust: Trust = {
  utilisation: 0.95,
  lagMs: 50,
  scheduleLagMs: 10,
  shortfall: 0.01,
  samples: 10,
};

/** `trust:` as it is written: only what it changes. */
export const trustSchema = table('trust', {
  utilisation: percentage('the utilisation', 1).optional(),
  lag: duration('the lag', 1, 60_000).optional(),
  'schedule-lag': duration('the schedule lag', 1, 60_000).optional(),
  shortfall: percentage('the shortfall', 1).optional(),
  samples: whole('the number of samples', 1, 1_000_000).optional(),
});

/** What is trusted with a change laid over it. */
export function changeTrust(trust: Trust, change: z.output<typeof trustSchema> | undefined): Trust {
  return {
    utilisation: change?.utilisation ?? trust.utilisation,
    lagMs: change?.lag ?? trust.lagMs,
    scheduleLagMs: change?.['schedule-lag'] ?? trust.scheduleLagMs,
    shortfall: change?.shortfall ?? trust.shortfall,
    samples: change?.samples ?? trust.samples,
  };
}
