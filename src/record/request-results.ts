import { z } from 'zod';
import { caveatSchema } from './remarks.ts';

/** The results of one request of the workload, beside the counts and times that were measured of it. */
export const requestResultsSchema = z
  .object({
    request: z.string().describe('Its name'),
    metrics: z.record(z.string(), z.number()).describe('As those of the trial, where one request has them'),
    caveats: z.array(caveatSchema).describe('All that speaks against these metrics'),
  })
  .describe('The results of one request of the workload');
