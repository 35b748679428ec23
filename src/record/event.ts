import { z } from 'zod';
import { outcomeSchema } from '../model/measurement.ts';
import { comparisonSchema } from './comparison.ts';
import { caveatSchema } from './remarks.ts';
import { requestResultsSchema } from './request-results.ts';
import { runRecordSchema } from './run-record.ts';
import { searchSchema } from './search.ts';

const at = z.number().nonnegative().describe('Milliseconds since the command was given');
const countsSchema = outcomeSchema.pick({ statuses: true, errors: true });

/** Which trial an event is of. */
export const eventTrialSchema = runRecordSchema.shape.trials.element.pick({
  number: true,
  scenario: true,
  variant: true,
  replicas: true,
  round: true,
});

/** A line of `--json`. */
export const jsonEventSchema = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('run-started'),
      atMs: at,
      runId: z.string(),
      trials: z.int().nonnegative(),
      expectedMs: z.number().nonnegative().describe('About how long it will take'),
    }),
    z.object({ type: z.literal('leftovers-removed'), atMs: at, leftovers: z.array(z.string()) }),
    z.object({ type: z.literal('step'), atMs: at, step: z.string().describe('What begins, in words') }),
    z.object({
      type: z.literal('step-ended'),
      atMs: at,
      step: z.string().describe('What has begun and is over'),
      tookMs: z.number().nonnegative(),
    }),
    z.object({ type: z.literal('remark'), atMs: at, text: z.string().describe('What is so, or how far it is') }),
    z.object({
      type: z.literal('trial-started'),
      atMs: at,
      trial: eventTrialSchema,
      remainingMs: z.number().nonnegative(),
    }),
    z.object({
      type: z.literal('trial-second'),
      atMs: at,
      trial: eventTrialSchema,
      phase: z.enum(['warm-up', 'measuring']),
      second: z.int().nonnegative().describe('Of the phase'),
      rps: z.number().nonnegative().describe('Right answers in it'),
      errors: z.int().nonnegative(),
      p50Ms: z.number().nonnegative(),
      p99Ms: z.number().nonnegative(),
    }),
    z.object({ type: z.literal('probe'), atMs: at, trial: eventTrialSchema, probe: searchSchema.shape.probes.element }),
    z.object({
      type: z.literal('trial-finished'),
      atMs: at,
      trial: eventTrialSchema,
      metrics: z.record(z.string(), z.number()),
      caveats: z.array(caveatSchema),
      ...countsSchema.shape,
      byRequest: z.array(requestResultsSchema.extend(countsSchema.shape)).describe('In the order of the workload'),
    }),
    z.object({ type: z.literal('look'), atMs: at, rounds: z.int().positive(), comparison: comparisonSchema }),
    z.object({ type: z.literal('run-finished'), atMs: at, runId: z.string(), folder: z.string() }),
    z.object({
      type: z.literal('result'),
      atMs: at,
      ...runRecordSchema.pick({ status: true, problem: true, verdicts: true, comparisons: true }).shape,
    }),
  ])
  .describe('A line of what --json prints: an event of a run as it happens; the last one is the result');

/** An event as `--json` prints it. */
export type JsonEvent = z.infer<typeof jsonEventSchema>;
