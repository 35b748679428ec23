import { z } from 'zod';
import { actKinds } from '../model/acts.ts';
import { caveatSchema } from './remarks.ts';

/** What was done to a service in a trial, and what came of it. */
export const actRecordSchema = z
  .object({
    name: z.string().describe('As claims call it'),
    kind: z.enum(actKinds),
    subjects: z.array(z.string()).describe('The copies that it was done to, or the service'),
    beganMs: z.number().nonnegative().describe('In the measured time'),
    endedMs: z.number().nonnegative().describe('When it had taken effect'),
    outcome: z.enum(['done', 'unfinished']).describe('Unfinished where it went on after the measured time'),
    text: z.string().describe('What was done, in words'),
    over: z.string().optional().describe('What was so when it ended, in words, where there is more to say then'),
    metrics: z.record(z.string(), z.number()).describe('What clients saw of it, by metric; times in milliseconds'),
    caveats: z.array(caveatSchema).describe('Reasons to trust these less, beside those of the trial'),
  })
  .describe('What was done to a service in a trial, and what came of it');
