import { z } from 'zod';
import { UsageError } from '../model/errors.ts';

/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A link to be: who connects to the port is connected to the address. */
export interface Pair {
  readonly name: string;
  readonly port: number;
  readonly to: Address;
}

/** What the program is started with. */
export interface LinkSettings {
  readonly host: string;
  readonly controlPort: number;
  readonly seed: number;
  readonly pairs: readonly Pair[];
}

const form = 'NAME=PORT:HOST:PORT, such as redis=16379:10.0.0.7:6379';
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'has to be a port')
  .transform(Number)
  .pipe(z.number().max(65_535, 'has to be a port'));

const pairSchema = z
  .string()
  .transform((text, context) => {
    const parts = /^([a-z][a-z0-9-]*)=(\d+):(\[[0-9a-f:.]+\]|[^\s:[\]]+):(\d+)$/i.exec(text);
    if (parts !== null) return { name: parts[1], port: parts[2], host: parts[3], toPort: parts[4] };
    context.addIssue(`${JSON.stringify(text)} has to be ${form}`);
    return z.NEVER;
  })
  .pipe(z.object({ name: z.string(), port, host: z.string(), toPort: port }))
  .transform(({ name, port, host, toPort }): Pair => ({
    name,
    port,
    to: { host: host.replace(/^\[|\]$/g, ''), port: toPort },
  }));

const pairsSchema = z
  .array(pairSchema)
  .min(1, `at least one link is needed: ${form}`)
  .refine((pairs) => new Set(pairs.map(({ name }) => name)).size === pairs.length, 'each link needs a name of its own');

const settingsSchema = z
  .object({
    HOST: z.string().min(1).default('127.0.0.1'),
    CONTROL_PORT: port.default(0),
    SEED: z.string().regex(/^\d+$/, 'has to be a whole number').transform(Number).default(1),
    LINKS: pairsSchema,
  })
  .transform(({ HOST, CONTROL_PORT, SEED, LINKS }): LinkSettings => ({
    host: HOST,
    controlPort: CONTROL_PORT,
    seed: SEED,
    pairs: LINKS,
  }));

/**
 * Reads the settings: the links are the arguments, or else the words of LINKS; HOST is where they listen and where the control port
 * does, CONTROL_PORT; port 0 is any that is free.
 * @throws {UsageError} that names every problem
 */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): LinkSettings {
  const words = (environment.LINKS ?? '').split(/\s+/).filter((word) => word !== '');
  const read = settingsSchema.safeParse({ ...environment, LINKS: args.length > 0 ? args : words });
  if (read.success) return read.data;
  throw new UsageError('The link was started with settings that make no sense.', {
    details: read.error.issues.map(({ path: [variable], message }) => `${String(variable)}: ${message}`),
  });
}
