import { z } from 'zod';
import { capitalised, faulty, type Fault, type Reading } from './fault.ts';
import { suggestion } from './suggest.ts';
import {
  readBandwidth,
  readDuration,
  readMemory,
  readNumber,
  readPercentage,
  readRate,
  readWhole,
  writtenUnits,
} from './units.ts';
import { formOf, tableForm, withForm, type WrittenForm } from './written-form.ts';

/** A fault inside zod's issues; `onKey` points at the key instead of the value. */
const carriedSchema = z.object({
  hint: z.string().optional(),
  onKey: z.boolean().optional(),
  within: z.object({ start: z.number(), end: z.number() }).optional(),
});

/** What an issue says, and where. */
export interface ShapeFault extends Fault {
  readonly path: readonly PropertyKey[];
  readonly onKey: boolean;
}

/** The fault that an issue carries. */
export function faultOf(issue: z.core.$ZodIssue): ShapeFault {
  const carried = carriedSchema.safeParse('params' in issue ? issue.params : undefined);
  const { hint, onKey = false, within } = carried.data ?? {};
  return { sentence: issue.message, hint, within, path: issue.path, onKey };
}

/** A fault as an issue of zod's, at that path below the value. */
export function issueOf(input: unknown, fault: Fault, path: PropertyKey[] = [], onKey = false) {
  return { code: 'custom', input, path, message: fault.sentence, params: { ...fault, onKey } } as const;
}

/** A schema out of a function that reads a value or says what is wrong with it. */
export function reading<T>(noun: string, read: (input: unknown, noun: string) => Reading<T>, form: WrittenForm = {}) {
  const schema = z.unknown().transform((input, context): T => {
    const result = input === undefined ? faulty(`${noun} is missing`) : read(input, noun);
    if ('value' in result) return result.value;
    context.issues.push(issueOf(input, result.fault));
    return z.NEVER;
  });
  return withForm(schema, { ...form, description: capitalised(noun) });
}

const variable: WrittenForm = { type: 'string', pattern: '^\\$\\{[A-Za-z_]\\w*(:-[^{}]*)?\\}$' };

/** A setting, which may be written as a variable of the environment: whoever reads it here reads its value. */
function setting<T>(noun: string, read: (input: unknown, noun: string) => Reading<T>, form: WrittenForm) {
  return reading(noun, read, { anyOf: [form, variable] });
}

/** A time between two limits, in whole milliseconds. */
export function duration(noun: string, leastMs: number, mostMs: number) {
  const read = (input: unknown): Reading<number> => {
    const time = readDuration(input, noun, leastMs, mostMs);
    return 'value' in time && !Number.isInteger(time.value) ? faulty(`${noun} must be whole milliseconds`) : time;
  };
  return setting(noun, read, { type: 'string', pattern: writtenUnits.duration });
}

/** A rate between two limits, per second. */
export function rate(noun: string, leastPerSecond: number, mostPerSecond: number) {
  return setting(noun, (input) => readRate(input, noun, leastPerSecond, mostPerSecond), {
    type: 'string',
    pattern: writtenUnits.rate,
  });
}

/** A percentage up to a limit, as a ratio. */
export function percentage(noun: string, most: number) {
  return setting(noun, (input) => readPercentage(input, noun, most), {
    type: 'string',
    pattern: writtenUnits.percentage,
  });
}

/** A size in memory between two limits, in bytes. */
export function memory(noun: string, leastBytes: number, mostBytes: number) {
  return setting(noun, (input) => readMemory(input, noun, leastBytes, mostBytes), {
    type: 'string',
    pattern: writtenUnits.memory,
  });
}

/** How much passes in a second between two limits, in bytes. */
export function bandwidth(noun: string, leastBytes: number, mostBytes: number) {
  return setting(noun, (input) => readBandwidth(input, noun, leastBytes, mostBytes), {
    type: 'string',
    pattern: writtenUnits.bandwidth,
  });
}

/** A whole number between two limits. */
export function whole(noun: string, least: number, most: number) {
  return setting(noun, (input) => readWhole(input, noun, least, most), {
    type: 'integer',
    minimum: least,
    maximum: most,
  });
}

/** A number between two limits. */
export function number(noun: string, least: number, most: number) {
  return setting(noun, (input) => readNumber(input, noun, least, most), {
    type: 'number',
    minimum: least,
    maximum: most,
  });
}

/** One of the known words. */
export function choice<const T extends string>(noun: string, words: readonly T[]) {
  const read = (input: unknown): Reading<T> => {
    const word = words.find((candidate) => candidate === input);
    if (word !== undefined) return { value: word };
    if (typeof input !== 'string') return faulty(`${noun} must be a word`, `there are: ${words.join(', ')}`);
    return faulty(`${noun} "${input}" is not known`, suggestion(input, words));
  };
  return setting(noun, read, { enum: [...words] });
}

/** A text that is not empty. */
export function text(noun: string, longest = 2000) {
  const read = (input: unknown): Reading<string> => {
    if (typeof input !== 'string') return faulty(`${noun} must be a text`, 'put it in quotes');
    if (input.trim() === '') return faulty(`${noun} is empty`);
    return input.length > longest ? faulty(`${noun} is longer than ${longest} characters`) : { value: input.trim() };
  };
  return reading(noun, read, { type: 'string', minLength: 1, maxLength: longest });
}

/** True or false. */
export function yesNo(noun: string) {
  const read = (input: unknown): Reading<boolean> => {
    if (typeof input === 'boolean') return { value: input };
    if (typeof input !== 'string') return faulty(`${noun} must be true or false`);
    const word = input.toLowerCase();
    const meant = ['yes', 'y', 'on', 'true'].includes(word) || !['no', 'n', 'off', 'false'].includes(word);
    return faulty(`${noun} must be true or false`, `write ${meant}`);
  };
  return setting(noun, read, { type: 'boolean' });
}

/** A map with known keys; every key that is not known is a fault of its own. */
export function table<Fields extends Record<string, z.ZodType>>(noun: string, fields: Fields) {
  const known = z.object(fields);
  const keys = Object.keys(fields);
  const schema = z.unknown().transform((input, context) => {
    if (!isTable(input)) {
      const hint = (typeof input === 'string' ? colonHint(input, keys) : undefined) ?? keyHint(keys);
      const fault = input === undefined ? faulty(`${noun} is missing`) : faulty(`${noun} must be a map`, hint);
      context.issues.push(issueOf(input, fault.fault));
      return z.NEVER;
    }
    const strange = Object.keys(input).filter((key) => !keys.includes(key));
    for (const key of strange) context.issues.push(issueOf(input, unknownKey(key, noun, keys), [key], true));
    return handOn(known.safeParse(input), context);
  });
  return withForm(schema, tableForm(fields));
}

/** A list of at least one value. */
export function list<T>(noun: string, item: z.ZodType<T>, most: number) {
  const items = z.array(item);
  const schema = z.unknown().transform((input, context): readonly T[] => {
    if (Array.isArray(input) && input.length > 0 && input.length <= most)
      return handOn(items.safeParse(input), context);
    const wrong = !Array.isArray(input) ? 'must be a list' : input.length === 0 ? 'is empty' : `has more than ${most}`;
    context.issues.push(issueOf(input, { sentence: `${noun} ${wrong}` }));
    return z.NEVER;
  });
  return withForm(schema, { type: 'array', items: formOf(item), minItems: 1, maxItems: most });
}

/** Two ways of writing a value: short, or as a map. */
export function shorthand<T>(short: z.ZodType<T>, long: z.ZodType<T>) {
  const schema = z
    .unknown()
    .transform((input, context) => handOn((isTable(input) ? long : short).safeParse(input), context));
  return withForm(schema, { anyOf: [formOf(short), formOf(long)] });
}

/** The fault of a key that is not one of those known. */
export function unknownKey(key: string, noun: string, keys: readonly string[]): Fault {
  return { sentence: `${noun} has no key "${key}"`, hint: colonHint(key, keys) ?? suggestion(key, keys) };
}

/** `connections:5` is one text to YAML. */
function colonHint(text: string, keys: readonly string[]): string | undefined {
  const [, key = '', value = ''] = /^([\w-]+):(\S.*)$/.exec(text) ?? [];
  return keys.includes(key) ? `a space comes after the colon: ${key}: ${value}` : undefined;
}

/** The result of a schema inside a transformation. */
export function handOn<T>(result: z.ZodSafeParseResult<T>, context: z.RefinementCtx): T {
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const { path, onKey, ...fault } = faultOf(issue);
    context.issues.push(issueOf(issue.input, fault, [...path], onKey));
  }
  return z.NEVER;
}

function keyHint(keys: readonly string[]): string {
  return `its keys are: ${keys.join(', ')}`;
}

function isTable(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
