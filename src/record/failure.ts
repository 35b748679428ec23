import { z } from 'zod';

/** Something that was started and did not come up, or has died. */
export const failureSchema = z
  .object({
    text: z.string().describe('What failed and how, in a sentence'),
    side: z.enum(['A', 'B']).optional().describe('Which of two sides it is, where there are two'),
    system: z.string().optional().describe('The command or the image of that side'),
    revision: z.string().optional().describe('The git revision of the folder that the command runs in'),
    hint: z.string().optional().describe('What to do about it'),
    log: z.array(z.string()).describe('The last lines of its log'),
    files: z.array(z.string()).describe('Where more of its log is kept, in the folder of the run'),
  })
  .describe('Something that was started and did not come up, or has died');
