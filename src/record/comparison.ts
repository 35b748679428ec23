import { z } from 'zod';

const sideSchema = z.object({
  name: z.string().describe('As it is called in sentences: the variant, or the run'),
  variant: z.string(),
  run: z.string().optional().describe('The id of the run that it was measured in, where the two are different runs'),
});

const comparedMetricSchema = z
  .object({
    metric: z.string(),
    request: z
      .string()
      .optional()
      .describe('The request of the workload that it is of; not there where it is of all of them'),
    a: z.number().optional().describe('Median over the rounds, in the unit of the metric'),
    b: z.number().optional(),
    scale: z.enum(['ratio', 'difference']).describe('Whether the next three are B / A or B − A'),
    estimate: z.number().optional(),
    low: z.number().optional().describe('Lower end of the interval; not there where too few rounds give none'),
    high: z.number().optional(),
    p: z.number().min(0).max(1).optional().describe('Of the exact two-sided test that there is no difference'),
    outcome: z.enum(['b-higher', 'b-lower', 'same', 'unresolved', 'not-measured']),
    moreRounds: z.int().positive().optional().describe('About how many more would resolve it'),
    text: z.string().describe('The outcome in words'),
    isOneSided: z
      .literal(true)
      .optional()
      .describe('It was not measured as the rounds of one side are in doubt, and more of them than chance explains'),
    leftOut: z.string().optional().describe('The rounds that a caveat spoke against, and that are therefore not in it'),
  })
  .describe('What B is to A in one metric');

const hangingSchema = z.object({ hung: z.int().nonnegative(), requests: z.int().nonnegative() });

/** What two sides are to each other. */
export const comparisonSchema = z
  .object({
    scenario: z.string(),
    replicas: z.int().positive(),
    a: sideSchema,
    b: sideSchema,
    paired: z.boolean().describe('Whether the rounds of the two were run next to each other, in random order'),
    rounds: z.object({ a: z.int().nonnegative(), b: z.int().nonnegative() }),
    looks: z
      .int()
      .positive()
      .describe('How often the numbers could have been looked at: the intervals pay for all of them'),
    confidence: z.number().min(0).max(1).describe('Of all looks together'),
    smallest: z.number().positive().describe('Differences below this share are called none'),
    dead: z
      .object({ a: z.string().optional(), b: z.string().optional() })
      .optional()
      .describe('The sides that gave no right answer, and what they gave instead: nothing is compared then'),
    metrics: z.array(comparedMetricSchema),
    hangs: z
      .object({
        afterMs: z.number().positive().describe('Ten times the next, and at least a second'),
        seenMs: z
          .number()
          .nonnegative()
          .optional()
          .describe('The longest wait that a round of closed load can show: it ends, and does not wait for answers'),
        slowestMs: z.number().nonnegative().describe('The slowest answer of A in a round: the median of the rounds'),
        a: hangingSchema,
        b: hangingSchema,
      })
      .optional()
      .describe('The requests that had no answer after so long'),
    caveats: z.array(z.string()),
  })
  .describe('What two sides are to each other, with intervals');
