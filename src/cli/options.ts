import { InvalidArgumentError } from 'commander';
import { findMetric, metrics } from '../metrics/catalogue.ts';
import { messageOf } from '../model/errors.ts';
import { suggestion } from '../shapes/suggest.ts';
import { parseDuration, parseRate } from '../shapes/units.ts';

/** Splits `a,b` and adds to what an earlier use of the option gave. */
export function list(text: string, earlier: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Give names, separated by commas.');
  return [...earlier, ...names];
}

/** A whole number of at least 1. */
export function positive(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('Give a whole number of at least 1.');
  }
  return value;
}

/** A whole number from 0 to 2^32 - 1. */
export function seed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 0xffff_ffff) throw new InvalidArgumentError('Give a whole number below 2^32.');
  return value;
}

/** Whole numbers of at least 1, separated by commas; added to what an earlier use of the option gave. */
export function positives(text: string, earlier: readonly number[] = []): readonly number[] {
  return [...earlier, ...list(text).map(positive)];
}

/** A duration with its unit, in milliseconds. */
export function duration(text: string): number {
  return understood(text, parseDuration);
}

/** A rate with its unit, per second. */
export function rate(text: string): number {
  return understood(text, parseRate);
}

/** A share such as `5%`, as a number from 0 to 1. */
export function percentage(text: string): number {
  return shareUpTo(text, 1);
}

function shareUpTo(text: string, most: number): number {
  const parts = /^(\d+(?:\.\d+)?)%$/.exec(text);
  const value = Number(parts?.[1]) / 100;
  if (!parts || value <= 0 || value > most) {
    throw new InvalidArgumentError(`Give a share from above 0% to ${most * 100}%, for example 5%.`);
  }
  return value;
}

/** What takes ten times as long is worse by 900%. */
const mostTolerance = 10;

/**
 * `p50=10%,rps=5%,p99=off` as shares by metric, infinite for what is not to be judged; added to what an earlier use of the option
 * gave.
 */
export function tolerances(
  text: string,
  earlier: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const entries = list(text).map((part) => {
    const [name = '', share = ''] = part.split('=').map((piece) => piece.trim());
    if (!findMetric(name) && name !== 'hangs') {
      const names = [...metrics.map((metric) => metric.name), 'hangs'];
      throw new InvalidArgumentError(`There is no metric "${name}": ${suggestion(name, names)}.`);
    }
    return [name, share === 'off' ? Infinity : shareUpTo(share, mostTolerance)] as const;
  });
  return { ...earlier, ...Object.fromEntries(entries) };
}

function understood(text: string, parse: (text: string) => number): number {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}

/** Names and says what `--context` is, wherever a cluster may be meant. */
export const contextOption = [
  '--context <name>',
  'the context of the kubeconfig, for clusters (default: the current one if it is local, or that of minikube)',
] as const;
