import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { LabError } from '../model/errors.ts';
import type { Environment } from './environment.ts';
import { findExecutable } from './executable.ts';
import { logTail } from './log-tail.ts';
import { onAbort } from './time-limit.ts';

/** What a program printed. */
export interface Printed {
  readonly output: string;
  readonly errors: string;
}

/** A program ended with something else than zero. */
export class ProgramFailure extends Error {
  override readonly name = 'ProgramFailure';
  readonly printed: Printed;

  constructor(program: string, end: string, printed: Printed) {
    super(`${program} ${end}`);
    this.printed = printed;
  }
}

const graceMs = 3_000;

/**
 * The path of a program that the user brings.
 * @throws {LabError} with the hint, where it is not on the PATH of that environment
 */
export async function requireProgram(name: string, hint: string, environment: Environment): Promise<string> {
  const found = await findExecutable(name, environment);
  if (found === undefined) throw new LabError(`${name} is not on PATH.`, { hint });
  return found;
}

/**
 * Runs a program to its end. The signal ends it, with all that it started, and its reason is thrown when that is done.
 * @throws {ProgramFailure} where the program itself fails
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { environment, input = '' }: { readonly environment: Environment; readonly input?: string },
  signal: AbortSignal,
): Promise<Printed> {
  signal.throwIfAborted();
  // Detached: in a process group of its own, which can be ended as one.
  const child = spawn(program, args, { env: { ...environment }, stdio: 'pipe', detached: true });
  let killTimer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    signalGroup(child.pid, 'SIGKILL');
    // What has left its group may hold its output open for ever.
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
  };
  using _ = onAbort(signal, () => {
    signalGroup(child.pid, 'SIGTERM');
    killTimer = setTimeout(kill, graceMs);
  });
  try {
    const ended = new Promise<string | undefined>((resolve, reject) => {
      child.once('error', ({ message }) =>
        reject(new ProgramFailure(program, `cannot be started: ${message}`, { output: '', errors: message })),
      );
      child.once('close', (code, killedBy) =>
        resolve(
          code === 0 ? undefined : code === null ? `was killed by ${String(killedBy)}` : `exited with code ${code}`,
        ),
      );
    });
    // A program that does not read what it is given has closed that end: how it ends says more.
    child.stdin.on('error', () => undefined).end(input);
    const [end, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    signal.throwIfAborted();
    const printed = { output: stripVTControlCharacters(output), errors: stripVTControlCharacters(errors) };
    if (end !== undefined) throw new ProgramFailure(program, end, printed);
    return printed;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(killTimer);
  }
}

/** The last lines of what explains a failure; programs that have nothing to say on stderr say it on stdout. */
export function lastLines({ output, errors }: Printed): readonly string[] {
  return logTail(errors.trim() === '' ? output : errors);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing is left of the group.
  }
}
