import { parseArgs } from 'node:util';
import { z } from 'zod';
import { messageOf, UsageError } from '../src/model/errors.ts';

const flag = z.boolean().default(false);
const count = z.coerce.number().int().positive().optional();

const optionsSchema = z.object({
  /** A section, and then a part of it. */
  only: z.array(z.string()).max(2).default([]),
  finding: z.string().optional(),
  minutes: count,
  cycles: count,
  times: count,
  busy: flag,
  write: flag,
});

/** What the command line asks for. */
export type BenchOptions = z.infer<typeof optionsSchema>;

/**
 * Reads the command line.
 * @throws {UsageError} where an option is not known, or its value is not right
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const read = optionsSchema.safeParse(valuesOf(args));
  if (read.success) return checked(read.data);
  const [issue] = read.error.issues;
  throw new UsageError(`--${String(issue?.path[0])} is not right: ${issue?.message ?? ''}.`);
}

function valuesOf(args: readonly string[]): Readonly<Record<string, unknown>> {
  const [text, isFlag] = [{ type: 'string' }, { type: 'boolean' }] as const;
  const only = { type: 'string', multiple: true } as const;
  const known = { only, finding: text, minutes: text, cycles: text, times: text, busy: isFlag, write: isFlag };
  try {
    return parseArgs({ args: [...args], options: known }).values;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function checked(options: BenchOptions): BenchOptions {
  const isPart = options.finding !== undefined || options.only.length > 1;
  if (!isPart || !options.write) return options;
  throw new UsageError('One row of a section was asked for, and --write would put it in place of all of them.', {
    hint: 'Leave out --write, or what names the row.',
  });
}

/**
 * Those of that name; all where none is given.
 * @param noun what they are, in the singular
 * @throws {UsageError} where none has it; the hint lists the names
 */
export function named<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  noun: string,
  name: string | undefined,
): readonly T[] {
  const found = all.filter((item) => name === undefined || nameOf(item) === name);
  if (found.length > 0) return found;
  const names = [...new Set(all.map(nameOf))];
  throw new UsageError(`There is no ${noun} "${name ?? ''}".`, { hint: `There are: ${names.join(', ')}.` });
}
