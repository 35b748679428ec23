import { UsageError } from '../model/errors.ts';
import { faulty, type Reading } from './fault.ts';

const timeUnits: Readonly<Record<string, number>> = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const timeHint = 'write a number and us, ms, s, m or h, for example 500ms';
const rateUnits: Readonly<Record<string, number>> = { '/s': 1, '/min': 1 / 60 };
const rateHint = 'write a number and /s or /min, for example 500/s';
const sizeUnits: Readonly<Record<string, number>> = {
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};
const sizeHint = 'write a number and KB, MB or GB, for example 256MB';
const bandwidthHint = 'write a number and KB/s, MB/s or GB/s, for example 1MB/s';

/** How values with a unit are written, as regular expressions. */
export const writtenUnits = {
  duration: '^\\d+(\\.\\d+)?(us|µs|ms|s|m|h)$',
  rate: '^\\d+(\\.\\d+)?/(s|min)$',
  percentage: '^\\d+(\\.\\d+)?%$',
  memory: '^\\d+(\\.\\d+)?[KMG]i?B$',
  bandwidth: '^\\d+(\\.\\d+)?[KMG]i?B/s$',
} as const;

/** What a number with a unit says, in the unit of the lab: milliseconds, requests a second, bytes, a ratio. */
export type Quantity =
  | { readonly unit: 'ms'; readonly value: number }
  | { readonly unit: 'per-second'; readonly value: number }
  | { readonly unit: 'bytes'; readonly value: number }
  | { readonly unit: 'ratio'; readonly value: number }
  | { readonly unit: 'none'; readonly value: number };

/**
 * The number with that unit as written behind it: `''`, `%`, `/s`, `/min`, a unit of time or of size. As with Docker and Kubernetes'
 * binary units, 1 MB is 1 MiB, 1024 KB.
 */
export function quantity(number: number, unit: string): Quantity | undefined {
  if (unit === '') return { unit: 'none', value: number };
  if (unit === '%') return { unit: 'ratio', value: number / 100 };
  const perSecond = Object.hasOwn(rateUnits, unit) ? rateUnits[unit] : undefined;
  if (perSecond !== undefined) return { unit: 'per-second', value: number * perSecond };
  const bytes = Object.hasOwn(sizeUnits, unit) ? sizeUnits[unit] : undefined;
  if (bytes !== undefined) return { unit: 'bytes', value: number * bytes };
  const factor = Object.hasOwn(timeUnits, unit) ? timeUnits[unit] : undefined;
  return factor === undefined ? undefined : { unit: 'ms', value: number * factor };
}

/** A time such as `500ms` or `2s`, in milliseconds. */
export function readDuration(input: unknown, noun: string, leastMs: number, mostMs: number): Reading<number> {
  if (typeof input === 'number') {
    return faulty(`${noun} needs a unit`, `write ${input}s for seconds or ${input}ms for milliseconds`);
  }
  if (typeof input !== 'string') return faulty(`${noun} must be a time`, timeHint);
  const parts = /^(\d+(?:\.\d+)?)(\s*)([^\d\s]+)$/.exec(input);
  const read = parts && quantity(Number(parts[1]), parts[3] ?? '');
  if (!parts || read?.unit !== 'ms') return faulty(`${noun} must be a time, not "${input}"`, timeHint);
  if (parts[2] !== '') {
    return faulty(`${noun} must be written without a space`, `write ${parts[1] ?? ''}${parts[3] ?? ''}`);
  }
  return between(read.value, noun, leastMs, mostMs, durationText);
}

/** A rate such as `500/s` or `30/min`, per second. */
export function readRate(input: unknown, noun: string, least: number, most: number): Reading<number> {
  if (typeof input === 'number') return faulty(`${noun} needs a unit`, `write ${input}/s`);
  if (typeof input !== 'string') return faulty(`${noun} must be a rate`, rateHint);
  const parts = /^(\d+(?:\.\d+)?)(\s*)(\/\s*[a-z]+)$/.exec(input);
  const unit = parts?.[3]?.replace(/\s/g, '') ?? '';
  const read = parts && quantity(Number(parts[1]), unit);
  if (!parts || read?.unit !== 'per-second') return faulty(`${noun} must be a rate, not "${input}"`, rateHint);
  const meant = `${parts[1] ?? ''}${unit}`;
  if (meant !== input) return faulty(`${noun} must be written without a space`, `write ${meant}`);
  return between(read.value, noun, least, most, rateText);
}

/**
 * A time such as `500ms` on the command line, in milliseconds.
 * @throws {UsageError} where it is not one
 */
export function parseDuration(text: string): number {
  return parsed(readDuration(plainNumber(text), 'the time', 0, Infinity));
}

/**
 * A rate such as `500/s` on the command line, per second.
 * @throws {UsageError} where it is not one
 */
export function parseRate(text: string): number {
  return parsed(readRate(plainNumber(text), 'the rate', 0, Infinity));
}

/** What YAML makes of a number without a unit, so that an option is refused in the same words as a file. */
function plainNumber(text: string): string | number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function parsed(read: Reading<number>): number {
  if ('value' in read) return read.value;
  const { sentence, hint } = read.fault;
  throw new UsageError(hint === undefined ? sentence : `${sentence}: ${hint}`);
}

/** A size in memory such as `256MB` or `256MiB`, in bytes. */
export function readMemory(input: unknown, noun: string, leastBytes: number, mostBytes: number): Reading<number> {
  const parts = typeof input === 'string' ? /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(input) : null;
  const read = parts && quantity(Number(parts[1]), parts[2] ?? '');
  if (read?.unit !== 'bytes') return faulty(`${noun} must be a size`, sizeHint);
  return between(Math.round(read.value), noun, leastBytes, mostBytes, memoryText);
}

/** How much passes in a second, such as `1MB/s`, in bytes. */
export function readBandwidth(input: unknown, noun: string, leastBytes: number, mostBytes: number): Reading<number> {
  const parts = typeof input === 'string' ? /^(\d+(?:\.\d+)?)([A-Za-z]+)\/s$/.exec(input) : null;
  const read = parts && quantity(Number(parts[1]), parts[2] ?? '');
  if (read?.unit !== 'bytes') return faulty(`${noun} must be a size for each second`, bandwidthHint);
  return between(Math.round(read.value), noun, leastBytes, mostBytes, (bytes) => `${memoryText(bytes)}/s`);
}

/** A size in memory as a scenario file writes it: `256MB`. */
export function memoryText(bytes: number): string {
  const unit = bytes >= 1024 ** 3 ? 'GB' : bytes >= 1024 ** 2 ? 'MB' : 'KB';
  return `${rounded(bytes / (sizeUnits[unit] ?? 1))}${unit}`;
}

/** A percentage such as `10%`, as a ratio. */
export function readPercentage(input: unknown, noun: string, most: number): Reading<number> {
  if (typeof input === 'number' && input >= 0) {
    return faulty(`${noun} needs a percent sign`, `write ${ratioText(input <= 1 ? input : input / 100)}`);
  }
  const parts = typeof input === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(input) : null;
  if (!parts) return faulty(`${noun} must be a percentage`, 'write a number and %, for example 10%');
  return between(Number(parts[1]) / 100, noun, 0, most, ratioText);
}

/** A whole number. */
export function readWhole(input: unknown, noun: string, least: number, most: number): Reading<number> {
  if (typeof input === 'string' && /^\d[\d_, ']*$/.test(input)) {
    return faulty(`${noun} must be a whole number`, `write ${input.replace(/\D/g, '')}, without quotes and separators`);
  }
  if (typeof input !== 'number' || !Number.isInteger(input)) {
    return faulty(`${noun} must be a whole number`, `write a number from ${least} to ${most}`);
  }
  return between(input, noun, least, most, String);
}

/** Any number. */
export function readNumber(input: unknown, noun: string, least: number, most: number): Reading<number> {
  if (typeof input !== 'number' || !Number.isFinite(input)) {
    return faulty(`${noun} must be a number`, `write a number from ${least} to ${most}`);
  }
  return between(input, noun, least, most, String);
}

function between(
  value: number,
  noun: string,
  least: number,
  most: number,
  text: (value: number) => string,
): Reading<number> {
  if (value < least) return faulty(`${noun} must be at least ${text(least)}`);
  if (value > most) return faulty(`${noun} must be at most ${text(most)}`);
  return { value };
}

/** A time as a scenario file writes it: `500us`, `100ms`, `1.5s`, `2m`. */
export function durationText(ms: number): string {
  if (ms > 0 && ms < 1) return `${rounded(ms * 1000)}us`;
  if (ms < 1000 && ms > 0) return `${rounded(ms)}ms`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return `${rounded(ms / 1000)}s`;
}

/** A rate as a scenario file writes it: `500/s`. */
export function rateText(perSecond: number): string {
  return `${rounded(perSecond)}/s`;
}

/** A ratio as a percentage: `0.5%`. */
export function ratioText(ratio: number): string {
  return `${rounded(ratio * 100)}%`;
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
