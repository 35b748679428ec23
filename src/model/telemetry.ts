import { z } from 'zod';
import { count } from './failures.ts';
import { roles, subjectSchema } from './subject.ts';

const happeningSchema = z.object({
  second: count.describe('From the start of the measured time; the first time'),
  service: subjectSchema.shape.service
    .optional()
    .describe('Not there where only the name of the copy is known any more'),
  copy: subjectSchema.shape.copy,
  role: z.enum(roles).optional().describe('What the service is for; not there where it is not'),
  kind: z.enum(['restarted', 'out-of-memory', 'evicted', 'probe-failed', 'node-lost']),
  text: z.string().describe('What happened to it, in words that follow its name'),
  times: z.int().positive().describe('How often it happened'),
});

/** What one copy counted. */
const countedSchema = z.object({
  replica: z.string(),
  counters: z.record(z.string(), z.number()).describe('How much each counter rose in the measured time'),
  gauges: z.record(z.string(), z.number()).describe('Each gauge at the end of the measured time'),
});

const problemSchema = z.object({ replica: z.string(), problem: z.string() });

/** What a service beside what is tested said of itself, copy by copy. */
const besideSchema = z.object({
  service: z.string().describe('As the system calls it'),
  copies: z.array(countedSchema).describe('By the name of each copy'),
  lost: z.array(problemSchema).describe('Copies that died or restarted: what they counted is gone'),
  silent: z.array(problemSchema).describe('Copies that did not answer'),
  left: z.array(z.string()).optional().describe('Copies that an act ended, and that count with what they said last'),
});

/** What the stack said of itself. */
export const telemetrySchema = z
  .object({
    replicas: z.array(countedSchema),
    countedFromMs: z
      .number()
      .optional()
      .describe('When all of them had told their counters first, in ms since 1970 by the clock of the lab'),
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
    beside: z
      .array(besideSchema)
      .optional()
      .describe('What services beside what is tested said of themselves; not there where none of them tells anything'),
    timeline: z
      .object({
        seconds: z.array(z.number()).describe('When each sample was taken, from the start of the measured time'),
        series: z.array(
          z.object({
            source: z.string().describe('A copy, "backends", or "stack" for how many replicas answered'),
            service: z
              .string()
              .optional()
              .describe('The service beside what is tested that the source is a copy of; not there for all others'),
            name: z.string(),
            values: z.array(z.number().nullable()).describe('Counters as their rise per second'),
          }),
        ),
      })
      .describe('A sample a second, on the clock of the measurement'),
    lost: z
      .array(problemSchema)
      .describe('Replicas that died or restarted, or lost a worker process: what they counted is gone'),
    silent: z.array(problemSchema).describe('Replicas that did not answer'),
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

/** What one copy of a service used. */
export const resourceSchema = z
  .object({
    ...subjectSchema.shape,
    role: z
      .enum(roles)
      .optional()
      .describe(
        'What the service is for: tested, or aside for one beside that. Not there in records of before that do not tell',
      ),
    cpu: z
      .object({
        seconds: z.number().nonnegative(),
        fromMs: z.number().describe('In ms since 1970, by the clock of the lab or of its platform'),
        untilMs: z.number(),
      })
      .optional()
      .describe('The CPU time that it used between two moments; not there where it began to count anew'),
    cpuRatio: z.number().nonnegative().describe('Cores that it used, on average'),
    cpuLimit: z.number().positive().optional().describe('In cores'),
    throttledRatio: z.number().nonnegative().describe('Share of the time in which its limit kept it from the CPU'),
    memoryPeakBytes: count.describe('The most that a sample a second saw'),
    memoryEndBytes: count.optional().describe('When the measured time was over'),
    memoryLimitBytes: count.optional(),
    restarts: count.describe('In the measured time'),
    outOfMemory: z.boolean().describe('The kernel ended it at its memory limit'),
    ended: z.string().optional().describe('How it ended, if it did'),
  })
  .describe('What one service used in the measured time');

/** What one service used for the answers that clients had, and what one beside what is tested counted meanwhile. */
export const serviceCostsSchema = z
  .object({
    service: z.string(),
    metrics: z.record(z.string(), z.number()).describe('As those of the trial, where one service has them'),
  })
  .describe('What one copy, or all copies of a service beside what is tested, used and counted, by metric');

/** The machine that all of it ran on. */
export const machineResourcesSchema = z
  .object({
    cores: z.int().positive(),
    loadCores: z.int().positive().optional().describe('Of these, those that the load generator had to itself'),
    cpuRatio: z
      .number()
      .nonnegative()
      .optional()
      .describe('Cores in use on average, by whomever; not there where only services are known'),
  })
  .describe('The machine that the services ran on, in the measured time');

/** When a new version was rolled out: what records of before have of it, and what its metric takes. */
export const rolloutTimesSchema = z
  .object({ beganMs: z.number().nonnegative(), endedMs: z.number().nonnegative() })
  .describe('When a new version began to roll out, and when the last old replica was gone, in the measured time');

export type Telemetry = z.infer<typeof telemetrySchema>;
export type BesideTelemetry = z.infer<typeof besideSchema>;
export type ServiceResources = z.infer<typeof resourceSchema>;
export type ServiceCosts = z.infer<typeof serviceCostsSchema>;
export type RolloutTimes = z.infer<typeof rolloutTimesSchema>;
export type MachineResources = z.infer<typeof machineResourcesSchema>;

export type TelemetryTimeline = Telemetry['timeline'];
