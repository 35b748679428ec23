import { z } from 'zod';
import type { LoadProfile, Workload } from '../scenarios/scenario.ts';

/** What a load worker is told: one JSON line on its standard input. */
export interface LoadJob {
  /** Where requests go; connections are dealt out over several addresses. */
  readonly urls: readonly string[];
  readonly load: LoadProfile;
  readonly workload: Workload;
  readonly seed: number;
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
        method: z.string().min(1),
        path: z.string().startsWith('/'),
        weight: z.number().positive(),
        headers: z.record(z.string(), z.string()),
        body: z.string().optional(),
        check: z.object({ status: z.int().optional(), contains: z.string().optional() }),
      }),
    )
    .min(1),
  keys: z.record(z.string(), keyDistributionSchema),
});

const loadSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('closed'),
    connections: positive,
    warmupMs: z.number().nonnegative(),
    durationMs: z.number().positive(),
    timeoutMs: z.number().positive(),
  }),
  z.object({
    kind: z.literal('burst'),
    size: positive,
    times: positive,
    everyMs: z.number().nonnegative(),
    timeoutMs: z.number().positive(),
  }),
]);

/** Reads a {@link LoadJob} that comes from outside the process. */
export const loadJobSchema: z.ZodType<LoadJob> = z.object({
  urls: z.array(z.url({ protocol: /^https?$/ })).min(1),
  load: loadSchema,
  workload: workloadSchema,
  seed: z.int(),
});

/** Why a request did not end in a right answer. */
export const errorKinds = [
  /** The connection was refused. */
  'refused',
  /** The connection was reset or closed before the answer was whole. */
  'reset',
  /** No answer within the time-out. */
  'timed-out',
  /** An answer with a status of 400 to 499 that was not asked for. */
  'status-4xx',
  /** An answer with a status of 500 to 599 that was not asked for. */
  'status-5xx',
  /** An answer that the scenario's check did not accept. */
  'wrong-answer',
  /** Anything else, such as an answer that is not HTTP. */
  'other',
] as const;

const count = z.int().nonnegative();

const errorsSchema = z.partialRecord(z.enum(errorKinds), count);

const sliceSchema = z.object({
  /** From the start of the measured time. */
  second: count,
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
});

const workerResultSchema = z.object({
  /** When the measured time began, in milliseconds since 1970. */
  startedAtMs: z.number(),
  /** How long the measured time was. */
  durationMs: z.number().positive(),
  /** In flight when the measured time began. */
  carried: count,
  /** Sent in the measured time. Always carried + sent = requests + errors + unfinished. */
  sent: count,
  /** Right answers. */
  requests: count,
  bytes: count,
  statuses: z.record(z.string(), count),
  errors: errorsSchema,
  /** In flight when the measured time ended. */
  unfinished: count,
  /** Latency in µs of the right answers: an HdrHistogram, compressed, base64. */
  histogram: z.string(),
  slices: z.array(sliceSchema),
  generator: generatorSchema,
});

/** What a load worker says: one JSON line each on its standard output, `result` or `failed` last. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  /** The measured time begins now. */
  z.object({ type: z.literal('measuring') }),
  /** A second has passed. */
  z.object({
    type: z.literal('second'),
    phase: z.enum(['warm-up', 'measuring']),
    /** From the start of the phase. */
    second: count,
    requests: count,
    errors: count,
    p99Us: count,
  }),
  z.object({ type: z.literal('result'), result: workerResultSchema }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);

export type ErrorKind = (typeof errorKinds)[number];
export type WorkerSlice = z.infer<typeof sliceSchema>;
export type WorkerResult = z.infer<typeof workerResultSchema>;
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
