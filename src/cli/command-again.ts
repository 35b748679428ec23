import type { Io } from './io.ts';

/** Quotes for a POSIX shell what would not survive there as it is. */
function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/** The command that runs the same again: with the seed that was drawn, where none was given. */
export function commandAgain(io: Io, planSeed: number, givenSeed: number | undefined): string {
  const given = givenSeed === undefined ? [...io.args, '--seed', String(planSeed)] : io.args;
  return ['scale-lab', ...given].map(quote).join(' ');
}
