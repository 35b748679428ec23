import { isIP } from 'node:net';
import { z } from 'zod';
import { count } from '../model/failures.ts';
import type { Immutable } from '../model/immutable.ts';
import { workerLoadSchema } from '../model/load-profile.ts';
import {
  measurementSchema,
  openSchema,
  outcomeSchema,
  requestOutcomeSchema,
  sliceSchema,
} from '../model/measurement.ts';
import { workloadSchema } from '../model/workload.ts';

const urlSchema = z.url({ protocol: /^https?$/ });
const ipSchema = z.string().refine((text) => isIP(text) !== 0, 'not an IP address');
const destinationSchema = z.union([urlSchema, z.strictObject({ url: urlSchema, ip: ipSchema })]);

/** Reads a {@link LoadJob} that comes from outside the process. */
export const loadJobSchema = z.object({
  /** Where requests go; connections are dealt out over several of them. */
  urls: z.array(destinationSchema).min(1),
  load: workerLoadSchema,
  workload: workloadSchema,
  seed: z.int(),
  /** The values of the variables in the workload: they are nowhere else. */
  variables: z.record(z.string(), z.string()).optional(),
  /** Which part of the load is this worker's: `{ index: 0, of: 1 }` is all of it. See `load/share.ts`. */
  share: z.object({ index: z.int().nonnegative(), of: z.int().positive() }),
});

/** When a worker that said `ready` is to begin: the second JSON line on its standard input. */
export const startSchema = z.object({
  /** In milliseconds since 1970; left out for at once. */
  startAtMs: z.number().optional(),
});

/** A question that a worker which said `ready` answers at once, with the time by its own clock. */
export const clockQuestionSchema = z.strictObject({ ask: z.literal('clock') });

/** An HdrHistogram of µs, compressed, base64. Workers tell no percentiles, so that the results of several merge exactly. */
const histogram = z.string();

const workerSliceSchema = sliceSchema.pick({ sent: true, requests: true, errors: true }).extend({
  /** From the start of its phase, never below zero. */
  second: count,
  /** Latency of this second's right answers. */
  histogram,
});

/** What only open load has: as the measurement says it, with histograms. */
const openResultSchema = openSchema.omit({ unsentLongestUs: true, service: true, scheduleLag: true }).extend({
  /** How long each of the unsent had been due when the waiting was over. */
  unsentWaiting: histogram,
  /** From the moment of being sent, of the right answers. */
  service: histogram,
  /** How late the pacer was. */
  scheduleLag: histogram,
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

/** What became of requests: as the measurement says it, with histograms. */
const workerOutcomeSchema = outcomeSchema.omit({ failed: true, latency: true }).extend({
  /** Of the unfinished, how long before the end each was sent. */
  waiting: histogram,
  /** What everything took that ended, right or not, from when it was sent. */
  ended: histogram,
  /** Latency of the right answers, of open load from the moment of being due. */
  histogram,
});

const { request, dropped, unsent } = requestOutcomeSchema.shape;
const { durationMs, carried, sent, inFlightMs, causes, ownLimits, slowest, generator } = measurementSchema.shape;

const workerResultSchema = z.object({
  /** When the measured time began, in milliseconds since 1970. */
  startedAtMs: z.number(),
  durationMs,
  carried,
  sent,
  /** Of all requests: the sum of those below. */
  ...workerOutcomeSchema.shape,
  inFlightMs,
  /** In the order of the workload. */
  byRequest: z.array(workerOutcomeSchema.extend({ request, dropped, unsent })).min(1),
  causes,
  ownLimits,
  slices: z.array(workerSliceSchema),
  anatomy: z.array(anatomyBucketSchema),
  /** The slowest first, ten at most. */
  slowest,
  open: openResultSchema.optional(),
  generator,
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
    ...workerSliceSchema.shape,
  }),
  z.object({ type: z.literal('result'), result: workerResultSchema }),
  /** With a hint it is a sentence for the user, and no bug. */
  z.object({ type: z.literal('failed'), message: z.string(), hint: z.string().optional() }),
]);

/**
 * Where requests go. Of a name the worker asks for its address itself, unless it is told an IP address with it: one that was looked
 * up and checked before, and that connections go to whatever the name stands for by now.
 */
export type Destination = Immutable<z.infer<typeof destinationSchema>>;

/** What a load worker is told: one JSON line on its standard input. */
export type LoadJob = Immutable<z.infer<typeof loadJobSchema>>;

export type Outcome = z.infer<typeof workerOutcomeSchema>;
export type RequestOutcome = WorkerResult['byRequest'][number];
export type AnatomyBucket = z.infer<typeof anatomyBucketSchema>;
export type SlowRequest = WorkerResult['slowest'][number];
export type OpenResult = z.infer<typeof openResultSchema>;
export type WorkerSlice = z.infer<typeof workerSliceSchema>;
export type WorkerResult = z.infer<typeof workerResultSchema>;
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
