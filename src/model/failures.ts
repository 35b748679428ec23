import { z } from 'zod';

/** Why a request did not end in a right answer. */
export const errorKinds = [
  /** The connection was refused. */
  'refused',
  /** The connection was reset or closed before the answer was whole. */
  'reset',
  /** No answer within the time-out. */
  'timed-out',
  /** TLS was refused, broken off or not understood. */
  'tls',
  /** What came is of another protocol than HTTP/1.1: HTTP/2, TLS, or none that is known. */
  'protocol',
  /** An answer that HTTP/1.1 does not allow, or that leaves in doubt where it ends. */
  'malformed',
  /** An answer whose head, or trailer, is longer than 16 KiB. */
  'head-too-long',
  /** An answer with a status of 400 to 499 that was not asked for. */
  'status-4xx',
  /** An answer with a status of 500 to 599 that was not asked for. */
  'status-5xx',
  /** An answer that the scenario's check did not accept. */
  'wrong-answer',
  /** What has no name here; the system's words are kept. */
  'other',
] as const;

/** Those of whole answers, which have a status. */
export const answerErrors = ['status-4xx', 'status-5xx', 'wrong-answer'] as const satisfies readonly ErrorKind[];
/** What the generator's own machine refuses: requests that are no errors of a server, as none of them got to one. */
export const refusalKinds = [
  /** It may open no more files, which connections are. */
  'out-of-files',
  /** It has no port, or no address, left to connect from. */
  'out-of-ports',
  /** It has no memory left for a connection. */
  'out-of-memory',
  /** The name of the target does not resolve. */
  'no-such-name',
  /** No route leads to the target. */
  'no-route',
  /** A rule of the machine, such as a firewall's, forbids it. */
  'not-allowed',
] as const;

/** How many. */
export const count = z.int().nonnegative();

/** The first example of a kind of error, in characters that are safe to show. */
export const causeSchema = z
  .object({
    kind: z.enum([...errorKinds, ...refusalKinds]),
    atMs: z.number().describe('When it ended, from the start of the measured time'),
    request: z.string().describe('Method and path, as sent'),
    status: z.int().optional(),
    body: z.string().optional().describe('The beginning of the body, decompressed'),
    words: z.string().optional().describe('What the system, or the reader of the answer, said'),
  })
  .describe('The first example of a kind of error; values of header fields that are credentials are masked');

/** What its machine allows the generator; what it does not tell is missing. */
export const ownLimitsSchema = z
  .object({
    files: count.optional().describe('It may have so many open, connections included'),
    ports: count.optional().describe('It may connect from so many to one address'),
  })
  .describe('What its machine allows the generator');

export type ErrorKind = (typeof errorKinds)[number];

export type RefusalKind = (typeof refusalKinds)[number];
export type FailureKind = ErrorKind | RefusalKind;
export type Cause = z.infer<typeof causeSchema>;
export type OwnLimits = z.infer<typeof ownLimitsSchema>;
