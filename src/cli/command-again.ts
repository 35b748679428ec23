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

/** What a command that looks further at a scenario of the file is told as well: where it is, where it runs, and its load. */
const conditions = [
  '--file',
  '--platform',
  '--context',
  '--connections',
  '--rate',
  '--duration',
  '--warmup',
  '--workers',
];

/** Of the arguments of a run, those that another command on one of its scenarios has to be told too, quoted for a shell. */
export function conditionsOf(args: readonly string[]): readonly string[] {
  return args.flatMap((argument, index) => {
    const [name = ''] = argument.split('=');
    if (argument === '--allow-remote' || (conditions.includes(name) && argument !== name)) return quote(argument);
    return conditions.includes(name) ? [argument, ...args.slice(index + 1, index + 2).map(quote)] : [];
  });
}
