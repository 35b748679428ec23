import { z } from 'zod';
import { causeSchema, errorKinds, ownLimitsSchema, refusalKinds, count } from './failures.ts';
import { statusImbalance } from './status-balance.ts';

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

const waitingSchema = z
  .object({
    longestUs: count.describe('The longest that any of them had waited'),
    overdue: z
      .object({
        requests: count,
        waitedUs: z.number().nonnegative().describe('All of them together'),
        shortestUs: count.describe('How long the one of them that was sent last had waited'),
      })
      .describe('Of those, the ones that had waited longer than what was answered explains'),
    histogram: z.string().describe('HdrHistogram of how long each had waited since it was sent, in µs'),
  })
  .describe(
    'How long the unfinished requests have had no answer, when the measured time and the waiting after it ended',
  );

/** A second of a trial. */
export const sliceSchema = z.object({
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
  longestPauseUs: z.number().nonnegative().describe('The longest time in which it did nothing at all'),
  pauseEndedAtMs: z.number().nonnegative().describe('When that ended, from the start of the measured time'),
});

/** What only open load has. */
export const openSchema = z
  .object({
    offered: count.describe('Due in the measured time: offered = sent + dropped + unsent'),
    released: count.describe('Of those, the ones that the pacer let go within the measured time'),
    dropped: count.describe('Never sent: as many as the limit allows were in flight'),
    unsent: count.describe('Due, and not sent when the waiting was over'),
    unsentLongestUs: count.describe('The longest that any of those had been due by then'),
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
    latencyUs: z.number().nonnegative().describe('The percentile of all right answers'),
    samples: count,
    parts: partsSchema.describe(
      'In µs, as the samples of about this latency divide: waiting, network, app, and what the server names; they add up to latencyUs',
    ),
  })
  .describe('How the time of requests of about this latency divides');

const slowRequestSchema = z.object({
  atMs: z.number().describe('When it ended, from the start of the measured time'),
  request: z.string(),
  latencyUs: count,
  parts: partsSchema.describe('In µs; empty where the server said nothing'),
});

/** What became of requests: of all of a trial, or of one of its workload. */
export const outcomeSchema = z.object({
  requests: count.describe('Right answers'),
  failed: count.describe('Requests that ended without a right answer'),
  completed: count.describe('Right answers that came within the measured time: what a rate is made of'),
  unfinished: count.describe('In flight when the measured time, and the waiting after it, ended'),
  bytes: count,
  statuses: z.record(z.string(), count).describe('Of all whole answers, right or not'),
  errors: z.partialRecord(z.enum(errorKinds), count),
  refusals: z.partialRecord(z.enum(refusalKinds), count).describe('What the generator’s own machine refused'),
  latency: latencySchema,
  waiting: waitingSchema,
});

/** What became of one request of the workload. */
export const requestOutcomeSchema = outcomeSchema
  .extend({
    request: z.string().describe('Its name'),
    dropped: count.describe('Of open load; else 0'),
    unsent: count.describe('Of open load; else 0'),
  })
  .describe('What became of one request of the workload');

/** What one trial recorded on the side of the client. */
export const measurementSchema = z
  .object({
    startedAt: z.iso.datetime(),
    durationMs: z.number().positive(),
    carried: count.describe('In flight when the measured time began'),
    sent: count.describe(
      'In the measured time; of open load, those due in it. Always carried + sent = requests + failed + refusals + unfinished',
    ),
    ...outcomeSchema.shape,
    inFlightMs: z
      .number()
      .nonnegative()
      .describe('How long requests were in flight within the measured time, all together'),
    byRequest: z.array(requestOutcomeSchema).describe('In the order of the workload; together they are all of it'),
    causes: z.array(causeSchema),
    ownLimits: ownLimitsSchema,
    timeline: z.array(sliceSchema),
    anatomy: z.array(anatomySchema).describe('Empty where the server says nothing of its times'),
    slowest: z.array(slowRequestSchema),
    open: openSchema.optional(),
    generator: generatorSchema,
  })
  .superRefine(({ byRequest, ...whole }, context) => {
    for (const outcome of [whole, ...byRequest]) {
      const message = statusImbalance(outcome);
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['statuses'], message });
    }
  })
  .describe('What one trial recorded on the side of the client');

export type Measurement = z.infer<typeof measurementSchema>;

export type Anatomy = Measurement['anatomy'][number];
