import path from 'node:path';
import { runProgram } from '../machine/program.ts';
import type { HostedSystem } from '../model/system.ts';
import type { Variables } from '../shapes/variables.ts';

/** A command line that changes to a folder before all else: `cd ../base && node server.js`. */
const changesTo = /^\s*cd\s+(?:"([^"$`\\]+)"|'([^']+)'|([^\s"'$`\\;&|<>]+))\s*(?:&&|;)/;

/**
 * The git revision of the folder that a command runs in, shortened, with `-dirty` where it was changed since; undefined where there is
 * none, or no git.
 * @throws the signal's reason where it is aborted
 */
export async function revisionOf(
  system: HostedSystem,
  environment: Variables,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (system.kind !== 'command') return undefined;
  const [, ...named] = changesTo.exec(system.command) ?? [];
  const folder = path.resolve(system.folder, named.join(''));
  const described = ['describe', '--always', '--dirty', '--abbrev=10', '--exclude=*'];
  try {
    const { output } = await runProgram('git', ['-C', folder, ...described], { environment }, signal);
    return output.trim() === '' ? undefined : output.trim();
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
