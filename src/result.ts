import { z } from 'zod';
import { errorKinds } from './load/job.ts';

const count = z.int().nonnegative();

const latencySchema = z
  .object({
    meanUs: z.number().nonnegative(),
    p50Us: count,
    p90Us: count,
    p95Us: count,
    p99Us: count,
    p999Us: count,
    maxUs: count,
    histogram: z.string().describe('HdrHistogram of latency in µs, compressed (V2), base64; 3 significant digits'),
  })
  .describe('Latency of the right answers, in microseconds');

const sliceSchema = z.object({
  second: count.describe('From the start of the measured time'),
  requests: count,
  errors: count,
  p50Us: count,
  p99Us: count,
  maxUs: count,
});

const generatorSchema = z.object({
  cpuRatio: z.number().nonnegative().describe('CPU time over elapsed time: 1 is one core'),
  eventLoopUtilisation: z.number().min(0).max(1),
  lagP99Us: z.number().nonnegative(),
});

const measurementSchema = z
  .object({
    startedAt: z.iso.datetime(),
    durationMs: z.number().positive(),
    carried: count.describe('In flight when the measured time began'),
    sent: count.describe('In the measured time: carried + sent = requests + failed + unfinished'),
    requests: count.describe('Right answers'),
    failed: count.describe('Requests that ended without a right answer'),
    unfinished: count.describe('In flight when the measured time ended'),
    bytes: count,
    statuses: z.record(z.string(), count),
    errors: z.partialRecord(z.enum(errorKinds), count),
    latency: latencySchema,
    timeline: z.array(sliceSchema),
    generator: generatorSchema,
  })
  .describe('What one trial recorded on the side of the client');

const telemetrySchema = z
  .object({
    replicas: z.array(
      z.object({
        replica: z.string(),
        counters: z.record(z.string(), z.number()).describe('How much each counter rose in the measured time'),
        gauges: z.record(z.string(), z.number()).describe('Each gauge at the end of the measured time'),
      }),
    ),
    lost: z
      .array(z.object({ replica: z.string(), problem: z.string() }))
      .describe('Replicas that died or restarted, or lost a worker process: what they counted is gone'),
    silent: z.array(z.object({ replica: z.string(), problem: z.string() })).describe('Replicas that did not answer'),
  })
  .describe('What the stack said of itself meanwhile');

const resourceSchema = z
  .object({
    service: z.string(),
    cpuRatio: z.number().nonnegative().describe('Cores that it used, on average'),
    cpuLimit: z.number().positive().optional().describe('In cores'),
    throttledRatio: z.number().nonnegative().describe('Share of the time in which its limit kept it from the CPU'),
    memoryPeakBytes: count.describe('The most that a sample a second saw'),
    memoryLimitBytes: count.optional(),
    restarts: count.describe('In the measured time'),
    outOfMemory: z.boolean().describe('The kernel ended it at its memory limit'),
    ended: z.string().optional().describe('How it ended, if it did'),
  })
  .describe('What one service used in the measured time');

const caveatSchema = z
  .object({
    kind: z.enum(['generator-saturated', 'too-few-samples', 'replica-silent', 'throttled', 'restarted']),
    text: z.string(),
    doubts: z.array(z.string()).describe('Names of the metrics that cannot be judged because of it'),
  })
  .describe('A reason to trust a measurement less');

const trialRecordSchema = z.object({
  number: z.int().positive(),
  scenario: z.string(),
  variant: z.string(),
  replicas: z.int().positive(),
  round: z.int().positive(),
  measurement: measurementSchema,
  telemetry: telemetrySchema,
  resources: z.array(resourceSchema).describe('Empty where the platform cannot tell'),
  metrics: z.record(z.string(), z.number()).describe('By name; times in milliseconds. A missing metric is not there.'),
  caveats: z.array(caveatSchema),
});

const verdictSchema = z.object({
  scenario: z.string(),
  expectation: z.string(),
  outcome: z.enum(['passed', 'failed', 'inconclusive']),
  reason: z.string().describe('The numbers behind it, in words'),
});

const scenarioRecordSchema = z.object({
  name: z.string(),
  question: z.string(),
  prediction: z.string().optional(),
  load: z.string().describe('The load profile in words'),
  workload: z.array(z.string()).describe('The requests in words'),
  data: z.string(),
  variants: z.array(z.object({ name: z.string(), settings: z.string() })),
  replicas: z.array(z.int().positive()),
  rounds: z.int().positive(),
  evidence: z.array(z.string()).describe('Names of the counted metrics that it is about'),
  leftOut: z.array(z.string()).describe('Expectations that the selected trials cannot judge'),
});

const machineSchema = z.object({
  cpu: z.string(),
  cores: z.int().positive(),
  memoryBytes: count,
  os: z.string(),
  node: z.string(),
});

/** The format of `run.json`, and the source of its published JSON Schema. */
export const runRecordSchema = z
  .object({
    version: z.literal(1),
    id: z.string(),
    status: z.enum(['running', 'complete', 'interrupted', 'broken off']),
    problem: z.string().optional().describe('Why it was broken off'),
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
    scenarios: z.array(scenarioRecordSchema),
    trials: z.array(trialRecordSchema),
    verdicts: z.array(verdictSchema),
  })
  .describe('A scale-lab run: what was run, on what, what was measured, and which claims held');

/** Everything that one command ran and found: `results/<run id>/run.json`. */
export type RunRecord = z.infer<typeof runRecordSchema>;
export type ScenarioRecord = z.infer<typeof scenarioRecordSchema>;
export type TrialRecord = z.infer<typeof trialRecordSchema>;
export type Measurement = z.infer<typeof measurementSchema>;
export type Telemetry = z.infer<typeof telemetrySchema>;
export type ServiceResources = z.infer<typeof resourceSchema>;
export type Caveat = z.infer<typeof caveatSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Machine = z.infer<typeof machineSchema>;
