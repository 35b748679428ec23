import { z } from 'zod';

/** A reason to trust a measurement less. */
export const caveatSchema = z
  .object({
    kind: z.enum([
      'generator-saturated',
      'too-few-samples',
      'dropped',
      'unfinished',
      'no-telemetry',
      'replica-silent',
      'replicas-left',
      'throttled',
      'restarted',
      'died',
      'out-of-memory',
      'evicted',
      'probe-failed',
      'node-lost',
      'no-happenings',
      'rollout-unfinished',
      'search-limit',
    ]),
    text: z.string(),
    doubts: z.array(z.string()).describe('Names of the metrics that cannot be judged because of it'),
  })
  .describe('A reason to trust a measurement less');

/** Why the numbers are what they are. */
export const findingSchema = z
  .object({
    kind: z.string().describe('The rule that found it'),
    text: z.string().describe('A sentence with its evidence'),
  })
  .describe('Why the numbers are what they are');

/** Something that happened. */
export const annotationSchema = z
  .object({ second: z.number().describe('From the start of the measured time'), text: z.string() })
  .describe('Something that happened');

/** When a new version was rolled out. */
export const rolloutSchema = z
  .object({ beganMs: z.number().nonnegative(), endedMs: z.number().nonnegative() })
  .describe('When a new version began to roll out, and when the last old replica was gone, in the measured time');
