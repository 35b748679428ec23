import { z } from 'zod';

const intervalSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });

const pointSchema = z.object({
  count: z.int().positive().describe('Replicas, or connections'),
  rps: z.number().nonnegative().describe('Median over the rounds'),
  low: z.number().nonnegative(),
  high: z.number().nonnegative(),
  efficiency: z.number().nonnegative().describe('RPS of each, as a share of what one gives'),
});

const lawSchema = z
  .object({
    perOne: intervalSchema.describe('RPS that one gives: lambda'),
    contention: intervalSchema.describe('The share that is serial: sigma'),
    coherency: intervalSchema.describe('What each pair costs: kappa'),
    peak: z
      .object({ count: intervalSchema, rps: intervalSchema })
      .optional()
      .describe('Where it is highest; not there where no peak can be told from the data'),
    curve: z
      .array(intervalSchema.extend({ count: z.number().positive() }))
      .optional()
      .describe('RPS by the law at counts from one to the largest, with an interval at each'),
    determination: z.number().describe('R²: the share of the variation of RPS that the law explains'),
  })
  .describe('X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1)), with 95% intervals');

/** How a variant scales. */
export const scalingSchema = z
  .object({
    scenario: z.string(),
    variant: z.string(),
    over: z.enum(['replicas', 'connections']),
    points: z.array(pointSchema),
    law: lawSchema.optional(),
    refusal: z.string().optional().describe('Why there is no law'),
  })
  .describe('RPS over replica counts or connections, and the Universal Scalability Law through them');
