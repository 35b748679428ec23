import { sentLoad, type LoadProfile } from '../model/load-profile.ts';
import { isConstant } from '../model/rate-stages.ts';
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

/**
 * Of the arguments of a run, those that a command which looks further at one of its trials has to be told too, quoted for a shell:
 * where the scenario is, where it runs, and what its load takes.
 */
export function conditionsOf(args: readonly string[], command: string, load: LoadProfile): readonly string[] {
  const isSearch = command.startsWith('scale-lab max-rps ');
  return args.flatMap((argument, index) => {
    const [option = '', ...rest] = argument.split('=');
    const value = rest.length > 0 ? rest.join('=') : (args[index + 1] ?? '');
    if (!isCondition(option, value, load, isSearch)) return [];
    if (option === '--allow-remote' || rest.length > 0) return [quote(argument)];
    return [option, quote(value)];
  });
}

function isCondition(option: string, value: string, load: LoadProfile, isSearch: boolean): boolean {
  const sent = sentLoad(load);
  switch (option) {
    case '--file':
    case '--platform':
    case '--context':
    case '--workers':
    case '--allow-remote':
      return true;
    case '--connections':
      // Where variants differ in them, it has changed none.
      return sent.kind !== 'burst' && sent.connections === Number(value);
    case '--rate':
      return !isSearch && sent.kind === 'open' && isConstant(sent.stages);
    case '--duration':
    case '--warmup':
      // To a search they mean those of each probe.
      return !isSearch && sent.kind !== 'burst';
    default:
      return false;
  }
}
