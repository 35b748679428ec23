import { z } from 'zod';
import { count } from '../model/failures.ts';
import { measurementSchema } from '../model/measurement.ts';
import { trustSchema } from '../model/scenario.ts';
import {
  machineResourcesSchema,
  resourceSchema,
  rolloutTimesSchema,
  serviceCostsSchema,
  telemetrySchema,
} from '../model/telemetry.ts';
import { actRecordSchema } from './acts.ts';
import { comparisonSchema } from './comparison.ts';
import { failureSchema } from './failure.ts';
import { annotationSchema, caveatSchema, findingSchema } from './remarks.ts';
import { requestResultsSchema } from './request-results.ts';
import { scalingSchema } from './scaling.ts';
import { searchSchema } from './search.ts';
import { triedSchema } from './tried.ts';
import { verdictSchema } from './verdict.ts';

const trialRecordSchema = z.object({
  number: z.int().positive().describe('Its place in the plan'),
  scenario: z.string(),
  variant: z.string(),
  replicas: z.int().positive(),
  round: z.int().positive(),
  measurement: measurementSchema,
  telemetry: telemetrySchema,
  resources: z.array(resourceSchema).describe('Empty where the platform cannot tell'),
  machine: machineResourcesSchema.optional(),
  rollout: rolloutTimesSchema.optional().describe('In records of before; now it is one of the acts'),
  acts: z
    .array(actRecordSchema)
    .optional()
    .describe('In the order in which they began; not there where nothing was done'),
  search: searchSchema.optional(),
  metrics: z.record(z.string(), z.number()).describe('By name; times in milliseconds. A missing metric is not there.'),
  caveats: z.array(caveatSchema),
  byRequest: z.array(requestResultsSchema).describe('In the order of the workload'),
  byService: z.array(serviceCostsSchema).optional().describe('Not there in records of before'),
  findings: z.array(findingSchema),
  annotations: z.array(annotationSchema),
});

const scenarioRecordSchema = z.object({
  name: z.string(),
  question: z.string(),
  answer: z.string().optional().describe('Which variant leads and by how much, and how many claims hold'),
  prediction: z.string().optional(),
  load: z.string().describe('The load profile in words'),
  workers: z.int().positive().describe('Load workers that shared it'),
  trust: trustSchema,
  workload: z.array(z.string()).describe('The requests in words'),
  data: z.string(),
  variants: z.array(z.object({ name: z.string(), settings: z.string() })),
  replicas: z.array(z.int().positive()),
  rounds: z.int().positive(),
  evidence: z.array(z.string()).describe('Names of the counted metrics that it is about'),
  leftOut: z.array(z.string()).describe('Expectations that the selected trials cannot judge'),
  lacking: z.array(z.string()).optional().describe('Which variants were left out for want of something, and of what'),
});

const machineSchema = z.object({
  cpu: z.string(),
  cores: z.int().positive(),
  memoryBytes: count,
  os: z.string(),
  node: z.string(),
});

/** Raised whenever a record of before cannot be read any more. */
export const recordVersion = 3;

/** The format of `run.json`, and the source of its published JSON Schema. */
export const runRecordSchema = z
  .object({
    version: z.literal(recordVersion),
    id: z.string(),
    status: z.enum(['running', 'complete', 'interrupted', 'broken off']),
    problem: z.string().optional().describe('Why it was broken off'),
    failures: z.array(failureSchema).optional().describe('What was started and did not come up, or has died'),
    command: z.string().describe('Runs it again'),
    startedAt: z.iso.datetime(),
    wallMs: z.number().nonnegative().describe('From the start of the command to the last trial saved'),
    loadMs: z.number().nonnegative().describe('Warm-up and measured time of all trials'),
    labVersion: z.string(),
    seed: z.int(),
    platform: z.string(),
    versions: z.record(z.string(), z.string()).describe('Of what ran, e.g. postgresql'),
    machine: machineSchema,
    cores: z.string().optional().describe('How the cores were shared'),
    plannedTrials: count,
    tried: z
      .array(triedSchema)
      .optional()
      .describe('What targets of the user did when they were asked once, before the load'),
    scenarios: z.array(scenarioRecordSchema),
    trials: z.array(trialRecordSchema),
    verdicts: z.array(verdictSchema),
    comparisons: z
      .array(comparisonSchema)
      .optional()
      .describe('What two variants are to each other, where that was asked'),
    scaling: z.array(scalingSchema).optional().describe('How each variant scales, or why no law was fitted'),
  })
  .describe('A scale-lab run: what was run, on what, what was measured, and which claims held');

/** Everything that one command ran and found: `results/<run id>/run.json`. */
export type RunRecord = z.infer<typeof runRecordSchema>;
export type ScenarioRecord = z.infer<typeof scenarioRecordSchema>;
export type TrialRecord = z.infer<typeof trialRecordSchema>;
export type ActRecord = z.infer<typeof actRecordSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type Annotation = z.infer<typeof annotationSchema>;
export type Caveat = z.infer<typeof caveatSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type ComparedMetric = Comparison['metrics'][number];
export type Scaling = z.infer<typeof scalingSchema>;
export type RateSearchRecord = z.infer<typeof searchSchema>;
export type Failure = z.infer<typeof failureSchema>;
export type Tried = z.infer<typeof triedSchema>;
export type Machine = z.infer<typeof machineSchema>;
