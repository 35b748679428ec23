import { z } from 'zod';

/** What a server that the user named by its address was seen to do before the load. */
export const triedSchema = z
  .object({
    target: z.string().describe('Its address'),
    request: z.string().describe('What it was asked, once'),
    answer: z.string().describe('What it did, in words'),
    note: z.string().optional().describe('Why that may not be what was meant'),
  })
  .describe('What a target did when it was asked once, before the load');
