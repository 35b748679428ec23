import { z } from 'zod';
import { subjectSchema } from '../model/subject.ts';

/** A reason to trust a measurement less. */
export const caveatSchema = z
  .object({
    kind: z.enum([
      'generator-saturated',
      'generator-refused',
      'too-few-samples',
      'redirects',
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
      'act-unfinished',
      'not-recovered',
      'nothing-before',
      'search-limit',
      'generator-paused',
      'connections-idle',
      'counts-differ',
      'unsteady',
    ]),
    text: z.string(),
    doubts: z.array(z.string()).describe('Names of the metrics that cannot be judged because of it'),
    bounds: z
      .record(z.string(), z.object({ most: z.number().optional().describe('Not there where nobody knows') }))
      .optional()
      .describe('Of those, the ones that are at least what was measured, and at most so much'),
  })
  .describe('A reason to trust a measurement less');

/** Why the numbers are what they are. */
export const findingSchema = z
  .object({
    kind: z.string().describe('The rule that found it'),
    about: subjectSchema
      .partial({ copy: true })
      .optional()
      .describe(
        'The service that it is about, and the copy where it is one; not there where it is all of it, or nobody knows',
      ),
    text: z.string().describe('What is so, with its evidence'),
    next: z.string().optional().describe('What to do next'),
    command: z.string().optional().describe('The command that does it, or shows more'),
  })
  .describe('Why the numbers are what they are');

/** Something that happened. */
export const annotationSchema = z
  .object({ second: z.number().describe('From the start of the measured time'), text: z.string() })
  .describe('Something that happened');
