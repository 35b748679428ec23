import { formatNumber, plural } from '../src/model/numbers.ts';

/** What was taken, and whether it is what it has to be. */
export interface Judged {
  readonly passed: boolean;
}

/** A section of the page whose figures have goals. */
export interface JudgedSection extends Judged {
  readonly section: string;
}

/** Takes figures that miss their goal once more, as the machine may have been busy: what comes then counts. */
export async function withSecondChance<T extends Judged>(take: () => Promise<T>): Promise<T & { isSecond: boolean }> {
  const first = await take();
  return first.passed ? { ...first, isSecond: false } : { ...(await take()), isSecond: true };
}

/** A paragraph where figures are of less than their goals are for, so that nobody takes them for the whole; otherwise none. */
export function shortened(taken: number, whole: number, noun: string): readonly string[] {
  if (taken >= whole) return [];
  return [
    `**Shortened**: this is ${formatNumber(taken)} of ${plural(whole, noun)}, and the goals are for all of them.`,
  ];
}

/** A sentence that names what was taken twice. */
export function takenTwice(taken: readonly { readonly name: string; readonly isSecond: boolean }[]): string {
  const names = taken.filter(({ isSecond }) => isSecond).map(({ name }) => name);
  return `Taken twice: ${names.length === 0 ? 'nothing' : names.join('; ')}.`;
}

/** A number for the page, bold where it misses its goal. */
export function cell(value: number, passed: boolean, unit = ''): string {
  const text = formatNumber(value) + unit;
  return passed ? text : `**${text}**`;
}
