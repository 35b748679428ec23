import { z } from 'zod';

const probeSchema = z.object({
  phase: z
    .enum(['search', 'bisect', 'confirm', 'verify', 'control'])
    .describe(
      'To verify is to try again what broke the objective; a control is a rate far below the answer, which only a busy machine breaks',
    ),
  ratePerSecond: z.number().positive(),
  durationMs: z.number().positive(),
  outcome: z
    .enum(['kept', 'broken', 'generator'])
    .describe('Whether the objective was kept; or the generator was the limit'),
  why: z.string().describe('The numbers, in words'),
  noise: z.string().optional().describe('What the machine did meanwhile that may have broken it'),
});

/** How the highest rate was found. */
export const searchSchema = z
  .object({
    slo: z.array(z.string()).min(1),
    probes: z.array(probeSchema),
    limit: z
      .enum(['objective', 'generator', 'most', 'nothing', 'noise', 'budget', 'died'])
      .describe(
        'What ended it: the objective, the generator, the highest rate allowed, that no rate kept it, noise of the machine, that the time was up, or that a copy of what is tested died',
      ),
    lowPerSecond: z.number().nonnegative().describe('The highest rate that was seen to keep the objective'),
    highPerSecond: z.number().positive().optional().describe('The lowest rate above it that was seen to break it'),
  })
  .describe('The search for the highest open-loop rate that keeps an objective');
