import { isIP } from 'node:net';
import { z } from 'zod';
import { count, errorKinds, refusalKinds, causeSchema, ownLimitsSchema } from '../model/failures.ts';
import { arrivalProcesses, closedDrivers, type LoadProfile } from '../model/load-profile.ts';
import type { Workload } from '../model/workload.ts';

/**
 * Where requests go. Of a name the worker asks for its address itself, unless it is told an IP address with it: one that was looked
 * up and checked before, and that connections go to whatever the name stands for by now.
 */
export type Destination = string | { readonly url: string; readonly ip: string };

/** What a load worker is told: one JSON line on its standard input. */
export interface LoadJob {
  /** Where requests go; connections are dealt out over several of them. */
  readonly urls: readonly Destination[];
  readonly load: LoadProfile;
  readonly workload: Workload;
  readonly seed: number;
  /** The values of the variables in the workload: they are nowhere else. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Which part of the load is this worker's: `{ index: 0, of: 1 }` is all of it. See `load/share.ts`. */
  readonly share: { readonly index: number; readonly of: number };
}

const positive = z.int().positive();

const keyDistributionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('uniform'), of: positive }),
  z.object({ kind: z.literal('zipf'), exponent: z.number().nonnegative(), of: positive }),
  z.object({ kind: z.literal('hot'), key: z.int() }),
]);

const workloadSchema = z.object({
  requests: z
    .array(
      z.object({
        name: z.string().min(1),
        method: z.string().min(1),
        path: z.string().startsWith('/'),
        weight: z.number().positive(),
        headers: z.record(z.string(), z.string()),
        body: z.string().optional(),
        json: z.boolean().optional(),
        check: z.object({ status: z.int().optional(), contains: z.string().optional() }),
      }),
    )
    .min(1),
  keys: z.record(z.string(), keyDistributionSchema),
});

const loadSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('closed'),
    driver: z.enum(closedDrivers),
    connections: positive,
    thinkMs: z.number().nonnegative(),
    warmupMs: z.number().nonnegative(),
    durationMs: z.number().positive(),
    timeoutMs: z.number().positive(),
  }),
  z.object({
    kind: z.literal('open'),
    arrivals: z.enum(arrivalProcesses),
    warmupMs: z.number().nonnegative(),
    stages: z
      .array(
        z.object({
          fromPerSecond: z.number().nonnegative(),
          toPerSecond: z.number().nonnegative(),
          durationMs: z.number().positive(),
        }),
      )
      .min(1),
    connections: positive,
    inFlightLimit: positive,
    keepAlive: z.boolean(),
    timeoutMs: z.number().positive(),
    drainMs: z.number().nonnegative(),
  }),
  z.object({
    kind: z.literal('burst'),
    size: positive,
    times: positive,
    everyMs: z.number().nonnegative(),
    timeoutMs: z.number().positive(),
  }),
]);

const urlSchema = z.url({ protocol: /^https?$/ });
const ipSchema = z.string().refine((text) => isIP(text) !== 0, 'not an IP address');

/** Reads a {@link LoadJob} that comes from outside the process. */
export const loadJobSchema: z.ZodType<LoadJob> = z.object({
  urls: z.array(z.union([urlSchema, z.strictObject({ url: urlSchema, ip: ipSchema })])).min(1),
  load: loadSchema,
  workload: workloadSchema,
  seed: z.int(),
  variables: z.record(z.string(), z.string()).optional(),
  share: z.object({ index: z.int().nonnegative(), of: positive }),
});

/** When a worker that said `ready` is to begin: the second JSON line on its standard input. */
export const startSchema = z.object({
  /** In milliseconds since 1970; left out for at once. */
  startAtMs: z.number().optional(),
});

/** A question that a worker which said `ready` answers at once, with the time by its own clock. */
export const clockQuestionSchema = z.strictObject({ ask: z.literal('clock') });

const errorsSchema = z.partialRecord(z.enum(errorKinds), count);
const refusalsSchema = z.partialRecord(z.enum(refusalKinds), count);

const sliceSchema = z.object({
  /** From the start of the measured time. */
  second: count,
  sent: count,
  requests: count,
  errors: count,
  /** Latency in µs of this second's right answers: an HdrHistogram, compressed, base64. */
  histogram: z.string(),
});

const generatorSchema = z.object({
  /** CPU time of the worker over elapsed time: 1 is one core. */
  cpuRatio: z.number().nonnegative(),
  /** Share of the measured time that the worker's event loop was busy. */
  eventLoopUtilisation: z.number().min(0).max(1),
  /** How late its timers were, 99th percentile. */
  lagP99Us: z.number().nonnegative(),
  /** The longest time in which it did nothing at all, not even look at its clock, whatever kept it. */
  longestPauseUs: z.number().nonnegative(),
  /** When that ended, in ms from the start of the measured time. */
  pauseEndedAtMs: z.number().nonnegative(),
});

/** What only open load has. Always offered = sent + dropped + unsent. */
const openSchema = z.object({
  /** Due in the measured time. */
  offered: count,
  /** Of those, the ones that the pacer let go within the measured time: it was in time for the rate. */
  released: count,
  /** Due when as many requests as the limit allows had not ended: never sent. */
  dropped: count,
  /** Due, and not sent when the waiting was over. */
  unsent: count,
  /** How long each of those had been due by then, in µs: an HdrHistogram like the others. */
  unsentWaiting: z.string(),
  /** Right answers that came after the measured time. */
  late: count,
  /** The most that were due and had not ended at the same time. */
  inFlightMost: count,
  /** The most connections that there were: as many as there may be where requests had to wait for one. */
  connectionsMost: count,
  /** In µs, from the moment of being sent, of the right answers: an HdrHistogram like the others. */
  service: z.string(),
  /** How late the pacer was, in µs: an HdrHistogram like the others. */
  scheduleLag: z.string(),
});

/** Where the time of the sampled requests of about one latency went; sums, so that workers' buckets add up exactly. */
const anatomyBucketSchema = z.object({
  /** The number of the bucket: see `recording/anatomy.ts`. */
  bucket: count,
  samples: count,
  /** How many requests the samples stand for. */
  weight: count,
  /** Sum of latencies, in µs, each times what its sample stands for. So are the parts. */
  latencyUs: z.number().nonnegative(),
  /** By part (`waiting`, `network`, `app`, and what the server names), in µs. They add up to the latency. */
  parts: z.record(z.string(), z.number().nonnegative()),
});

/** One of the slowest right answers. */
const slowRequestSchema = z.object({
  /** When it ended, in ms from the start of the measured time. */
  atMs: z.number(),
  request: z.string(),
  latencyUs: count,
  parts: z.record(z.string(), z.number().nonnegative()),
});

/** What became of requests: of all that were sent, or of one of the workload. */
const outcomeSchema = z.object({
  /** Right answers. */
  requests: count,
  /** Right answers that came within the measured time, whenever their requests were due: what a rate is made of. */
  completed: count,
  bytes: count,
  /** Of all whole answers, right or not. */
  statuses: z.record(z.string(), count),
  errors: errorsSchema,
  /** What the generator's own machine refused. */
  refusals: refusalsSchema,
  /** In flight when the measured time ended; of open load, when the waiting after it did. */
  unfinished: count,
  /** How long before that each of them was sent, in µs: an HdrHistogram like the others. */
  waiting: z.string(),
  /** What everything took that ended, right or not, in µs from when it was sent: an HdrHistogram like the others. */
  ended: z.string(),
  /** Latency in µs of the right answers, of open load from the moment of being due: an HdrHistogram, compressed, base64. */
  histogram: z.string(),
});

/** What became of one request of the workload. */
const requestOutcomeSchema = outcomeSchema.extend({
  /** Its name. */
  request: z.string(),
  /** Of open load, as in all of it; else 0. */
  dropped: count,
  unsent: count,
});

const workerResultSchema = z.object({
  /** When the measured time began, in milliseconds since 1970. */
  startedAtMs: z.number(),
  /** How long the measured time was. */
  durationMs: z.number().positive(),
  /** In flight when the measured time began, where its answers count (closed load). */
  carried: count,
  /** Sent in the measured time; of open load, the requests that were due in it. Always carried + sent = requests + errors + refusals + unfinished. */
  sent: count,
  /** Of all requests: the sum of those below. */
  ...outcomeSchema.shape,
  /** How long requests were in flight within the measured time, all together: exactly RPS × mean latency (Little's law). */
  inFlightMs: z.number().nonnegative(),
  /** In the order of the workload. */
  byRequest: z.array(requestOutcomeSchema).min(1),
  /** The first example of each kind of error and refusal. */
  causes: z.array(causeSchema),
  ownLimits: ownLimitsSchema,
  slices: z.array(sliceSchema),
  anatomy: z.array(anatomyBucketSchema),
  /** The slowest first, ten at most. */
  slowest: z.array(slowRequestSchema),
  open: openSchema.optional(),
  generator: generatorSchema,
});

/** What a load worker says: one JSON line each on its standard output, `result` or `failed` last. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  /** Every second from its first moment on: a worker that is silent stands still. */
  z.object({ type: z.literal('alive') }),
  /** The job is understood, and waits for its start. */
  z.object({ type: z.literal('ready') }),
  /** What its clock says, in milliseconds since 1970. */
  z.object({ type: z.literal('clock'), atMs: z.number() }),
  /** The measured time begins now. */
  z.object({ type: z.literal('measuring') }),
  /** The measured time is over; late answers may still be waited for. */
  z.object({ type: z.literal('measured') }),
  /** A second has passed. */
  z.object({
    type: z.literal('second'),
    phase: z.enum(['warm-up', 'measuring']),
    /** From the start of the phase. */
    second: count,
    sent: count,
    requests: count,
    errors: count,
    /** Of its latencies in µs, so that the seconds of several workers merge exactly. */
    histogram: z.string(),
  }),
  z.object({ type: z.literal('result'), result: workerResultSchema }),
  /** With a hint it is a sentence for the user, and no bug. */
  z.object({ type: z.literal('failed'), message: z.string(), hint: z.string().optional() }),
]);

export type Outcome = z.infer<typeof outcomeSchema>;
export type RequestOutcome = z.infer<typeof requestOutcomeSchema>;
export type AnatomyBucket = z.infer<typeof anatomyBucketSchema>;
export type SlowRequest = z.infer<typeof slowRequestSchema>;
export type OpenResult = z.infer<typeof openSchema>;
export type WorkerSlice = z.infer<typeof sliceSchema>;
export type WorkerResult = z.infer<typeof workerResultSchema>;
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
