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
  second: z.int().describe('From the start of the measured time; below zero in the warm-up'),
  sent: count,
  requests: count.describe('Right answers that came in it'),
  errors: count,
  p50Us: count,
  p99Us: count,
  maxUs: count,
});

const generatorSchema = z.object({
  cpuRatio: z.number().nonnegative().describe('CPU time over elapsed time: 1 is one core'),
  eventLoopUtilisation: z.number().min(0).max(1),
  lagP99Us: z.number().nonnegative().describe('How late its timers were'),
});

const openSchema = z
  .object({
    offered: count.describe('Due in the measured time: offered = sent + dropped + unsent'),
    released: count.describe('Of those, the ones that the pacer let go within the measured time'),
    dropped: count.describe('Never sent: as many as the limit allows were in flight'),
    unsent: count.describe('Due, and not sent when the waiting was over'),
    late: count.describe('Right answers that came after the measured time'),
    inFlightMost: count,
    connectionsMost: count,
    service: latencySchema.describe('From the moment of being sent'),
    scheduleLag: z.object({ p50Us: count, p99Us: count, maxUs: count }).describe('How late the pacer was'),
  })
  .describe('What only open load has: its latency is the response time, from the moment of being due');

const partsSchema = z.record(z.string(), z.number().nonnegative());

const anatomySchema = z
  .object({
    percentile: z.enum(['p50', 'p99']),
    latencyUs: z.number().nonnegative().describe('Mean of the samples'),
    samples: count,
    parts: partsSchema.describe('Mean µs: waiting, network, app, and what the server names; they add up to latencyUs'),
  })
  .describe('How the time of requests of about this latency divides');

const slowRequestSchema = z.object({
  atMs: z.number().describe('When it ended, from the start of the measured time'),
  request: z.string(),
  latencyUs: count,
  parts: partsSchema.describe('In µs; empty where the server said nothing'),
});

const measurementSchema = z
  .object({
    startedAt: z.iso.datetime(),
    durationMs: z.number().positive(),
    carried: count.describe('In flight when the measured time began'),
    sent: count.describe(
      'In the measured time; of open load, those due in it. Always carried + sent = requests + failed + unfinished',
    ),
    requests: count.describe('Right answers'),
    failed: count.describe('Requests that ended without a right answer'),
    completed: count.describe('Right answers that came within the measured time: what a rate is made of'),
    unfinished: count.describe('In flight when the measured time, and the waiting after it, ended'),
    bytes: count,
    statuses: z.record(z.string(), count),
    errors: z.partialRecord(z.enum(errorKinds), count),
    latency: latencySchema,
    timeline: z.array(sliceSchema),
    anatomy: z.array(anatomySchema).describe('Empty where the server says nothing of its times'),
    slowest: z.array(slowRequestSchema),
    open: openSchema.optional(),
    generator: generatorSchema,
  })
  .describe('What one trial recorded on the side of the client');

const happeningSchema = z.object({
  second: count.describe('From the start of the measured time; the first time'),
  service: z.string(),
  kind: z.enum(['restarted', 'out-of-memory', 'evicted', 'probe-failed', 'node-lost']),
  text: z.string().describe('What happened to it, in words that follow its name'),
  times: z.int().positive().describe('How often it happened'),
});

const telemetrySchema = z
  .object({
    replicas: z.array(
      z.object({
        replica: z.string(),
        counters: z.record(z.string(), z.number()).describe('How much each counter rose in the measured time'),
        gauges: z.record(z.string(), z.number()).describe('Each gauge at the end of the measured time'),
      }),
    ),
    backends: z
      .object({
        counters: z.record(z.string(), z.number()),
        gauges: z.record(z.string(), z.number()),
        statements: z
          .array(z.object({ statement: z.string(), calls: z.number(), totalMs: z.number() }))
          .describe('The costliest first'),
      })
      .optional()
      .describe('What database and cache said of themselves'),
    timeline: z
      .object({
        seconds: z.array(z.number()).describe('When each sample was taken, from the start of the measured time'),
        series: z.array(
          z.object({
            source: z.string().describe('A replica, "backends", or "stack" for how many replicas answered'),
            name: z.string(),
            values: z.array(z.number().nullable()).describe('Counters as their rise per second'),
          }),
        ),
      })
      .describe('A sample a second, on the clock of the measurement'),
    lost: z
      .array(z.object({ replica: z.string(), problem: z.string() }))
      .describe('Replicas that died or restarted, or lost a worker process: what they counted is gone'),
    silent: z.array(z.object({ replica: z.string(), problem: z.string() })).describe('Replicas that did not answer'),
    left: z
      .array(z.string())
      .optional()
      .describe('Where replicas come and go: those that were gone at the end, and count with what they said last'),
    happenings: z
      .object({ told: z.array(happeningSchema), problem: z.string().optional().describe('Why it could not tell') })
      .optional()
      .describe('What befell services, as the platform tells it; not there where it never does'),
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
      'out-of-memory',
      'evicted',
      'probe-failed',
      'node-lost',
      'no-happenings',
      'rollout-unfinished',
    ]),
    text: z.string(),
    doubts: z.array(z.string()).describe('Names of the metrics that cannot be judged because of it'),
  })
  .describe('A reason to trust a measurement less');

const findingSchema = z
  .object({
    kind: z.string().describe('The rule that found it'),
    text: z.string().describe('A sentence with its evidence'),
  })
  .describe('Why the numbers are what they are');

const annotationSchema = z
  .object({ second: z.number().describe('From the start of the measured time'), text: z.string() })
  .describe('Something that happened');

const rolloutSchema = z
  .object({ beganMs: z.number().nonnegative(), endedMs: z.number().nonnegative() })
  .describe('When a new version began to roll out, and when the last old replica was gone, in the measured time');

const trialRecordSchema = z.object({
  number: z.int().positive(),
  scenario: z.string(),
  variant: z.string(),
  replicas: z.int().positive(),
  round: z.int().positive(),
  measurement: measurementSchema,
  telemetry: telemetrySchema,
  resources: z.array(resourceSchema).describe('Empty where the platform cannot tell'),
  rollout: rolloutSchema.optional(),
  metrics: z.record(z.string(), z.number()).describe('By name; times in milliseconds. A missing metric is not there.'),
  caveats: z.array(caveatSchema),
  findings: z.array(findingSchema),
  annotations: z.array(annotationSchema),
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
  workers: z.int().positive().describe('Load workers that shared it'),
  trust: z
    .object({
      utilisation: z.number(),
      lagMs: z.number(),
      scheduleLagMs: z.number(),
      shortfall: z.number(),
      samples: z.number(),
    })
    .describe('Past these the generator, or the number of samples, is not trusted'),
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

/** Raised whenever a record of before cannot be read any more. */
export const recordVersion = 2;

/** The format of `run.json`, and the source of its published JSON Schema. */
export const runRecordSchema = z
  .object({
    version: z.literal(recordVersion),
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
export type RolloutTimes = z.infer<typeof rolloutSchema>;
export type TelemetryTimeline = Telemetry['timeline'];
export type Anatomy = z.infer<typeof anatomySchema>;
export type Finding = z.infer<typeof findingSchema>;
export type Annotation = z.infer<typeof annotationSchema>;
export type Caveat = z.infer<typeof caveatSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Machine = z.infer<typeof machineSchema>;
