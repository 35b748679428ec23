import { z } from 'zod';
import { bodyParts } from '../common/answer.ts';

/** What the agent is asked: one JSON line each on its standard input. */
export const questionSchema = z.object({
  id: z.int(),
  url: z.url(),
  part: z.enum(bodyParts),
  timeoutMs: z.number().positive(),
});

/** What the agent says: one JSON line each on its standard output, `hello` first. */
export const agentMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), node: z.string() }),
  z.object({ type: z.literal('answer'), id: z.int(), status: z.int(), body: z.string() }),
  z.object({ type: z.literal('problem'), id: z.int(), message: z.string() }),
]);

export type Question = z.infer<typeof questionSchema>;
export type AgentMessage = z.infer<typeof agentMessageSchema>;
