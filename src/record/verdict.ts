import { z } from 'zod';

/** Whether a claim holds. */
export const verdictSchema = z.object({
  scenario: z.string(),
  expectation: z.string(),
  outcome: z.enum(['passed', 'failed', 'inconclusive']),
  reason: z.string().describe('The numbers behind it, in words'),
  trials: z.array(z.int().positive()).optional().describe('Numbers of the trials that it leans on, where it is known'),
  evidence: z
    .object({
      value: z.number().describe('The left side of the claim, the median over the rounds, in the unit of its metric'),
      limit: z.number().describe('The right side of it'),
      low: z.number().optional().describe('Where the left side lies, at least'),
      high: z.number().optional().describe('Where it lies, at most'),
      margin: z.number().describe('How far inside the claim it is, as a share of the limit; below zero outside'),
      rounds: z.int().nonnegative(),
    })
    .optional()
    .describe('The numbers behind it; not there where something was not measured'),
});
