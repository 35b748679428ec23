import { z } from 'zod';
import type { EventSink, LabEvent } from '../../events.ts';
import type { RunRecord } from '../../result.ts';
import { comparisonSchema } from '../../result/comparison.ts';
import { caveatSchema } from '../../result/remarks.ts';
import { searchSchema } from '../../result/search.ts';
import { verdictSchema } from '../../result/verdict.ts';
import type { Trial } from '../../scenarios/plan.ts';
import type { Output } from '../io.ts';

const at = z.number().nonnegative().describe('Milliseconds since the command was given');
const trialSchema = z.object({
  number: z.int().positive().describe('Its place in the plan'),
  scenario: z.string(),
  variant: z.string(),
  replicas: z.int().positive(),
  round: z.int().positive(),
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
    z.object({ type: z.literal('trial-started'), atMs: at, trial: trialSchema, remainingMs: z.number().nonnegative() }),
    z.object({
      type: z.literal('trial-second'),
      atMs: at,
      trial: trialSchema,
      phase: z.enum(['warm-up', 'measuring']),
      second: z.int().nonnegative().describe('Of the phase'),
      rps: z.number().nonnegative().describe('Right answers in it'),
      errors: z.int().nonnegative(),
      p50Ms: z.number().nonnegative(),
      p99Ms: z.number().nonnegative(),
    }),
    z.object({ type: z.literal('probe'), atMs: at, trial: trialSchema, probe: searchSchema.shape.probes.element }),
    z.object({
      type: z.literal('trial-finished'),
      atMs: at,
      trial: trialSchema,
      metrics: z.record(z.string(), z.number()),
      caveats: z.array(caveatSchema),
    }),
    z.object({ type: z.literal('look'), atMs: at, rounds: z.int().positive(), comparison: comparisonSchema }),
    z.object({ type: z.literal('run-finished'), atMs: at, runId: z.string(), folder: z.string() }),
    z.object({
      type: z.literal('result'),
      atMs: at,
      status: z.enum(['running', 'complete', 'interrupted', 'broken off']),
      problem: z.string().optional(),
      verdicts: z.array(verdictSchema),
      comparisons: z.array(comparisonSchema).optional(),
    }),
  ])
  .describe('A line of what --json prints: an event of a run as it happens; the last one is the result');

/** An event as `--json` prints it. */
export type JsonEvent = z.infer<typeof jsonEventSchema>;

function told({ number, scenario, variant, replicas, round }: Trial): z.infer<typeof trialSchema> {
  return { number, scenario, variant, replicas, round };
}

function jsonOf(event: LabEvent, atMs: number): JsonEvent {
  switch (event.type) {
    case 'run-started':
    case 'step':
    case 'look':
    case 'run-finished':
      return { ...event, atMs };
    case 'leftovers-removed':
      return { type: event.type, atMs, leftovers: event.leftovers.map(({ description }) => description) };
    case 'trial-started':
    case 'trial-second':
    case 'probe':
      return { ...event, atMs, trial: told(event.trial) };
    case 'trial-finished': {
      const { metrics, caveats } = event.record;
      return { type: event.type, atMs, trial: told(event.trial), metrics, caveats };
    }
  }
}

function writeLine(output: Output, event: JsonEvent): void {
  output.write(`${JSON.stringify(event)}\n`);
}

function since(startedAtMs: number): number {
  return Math.max(0, Math.round(Date.now() - startedAtMs));
}

/** Events as NDJSON (ndjson.org), one a line. */
export function jsonProgress(output: Output, startedAtMs: number): EventSink {
  return (event) => writeLine(output, jsonOf(event, since(startedAtMs)));
}

/** The last line: how the run ended. */
export function writeResult(
  output: Output,
  { status, problem, verdicts, comparisons }: RunRecord,
  startedAtMs: number,
): void {
  writeLine(output, {
    type: 'result',
    atMs: since(startedAtMs),
    status,
    ...(problem === undefined ? {} : { problem }),
    verdicts,
    ...(comparisons === undefined ? {} : { comparisons }),
  });
}
