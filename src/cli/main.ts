#!/usr/bin/env node
import { exitCodes, Interruption, LabError, messageOf, ReaderGone, type ExitCode } from '../model/errors.ts';
import { Questions } from './ask.ts';
import { runCommandLine } from './command-line.ts';
import { tellError } from './describe-error.ts';
import { GuardedOutput } from './output.ts';

const plainWidth = 100;

// Until something has earned another.
process.exitCode = exitCodes.lab;

// Configuration and logs of what runs are nobody else's to write, whatever the user's mask is; services inherit it.
process.umask(process.umask(0o022) | 0o022);

const stop = new AbortController();
let stoppedAtMs = Infinity;
stop.signal.addEventListener('abort', () => (stoppedAtMs = performance.now()));
/** Ctrl-C ends the reader of a pipe as well: its end and the signal are then one thing, whichever is noticed first. */
const sameThingMs = 1000;

/** Why one of the two streams cannot be written to any more, if that is so. */
let broken: { readonly stream: NodeJS.WriteStream; readonly error: LabError } | undefined;
let isOver = false;
/** Whether something may run that has to be taken down before the end. */
let isOrderly = false;
/** What signals have asked for, the first of them first. */
const interruptions: Interruption[] = [];
/** What was thrown aside, whatever the command itself comes to. */
const bugs: unknown[] = [];

const [out, err] = [guarded(process.stdout), guarded(process.stderr)];

/** What runs is taken down, as if it was told to stop: nobody would hear of it. */
function breakOff(stream: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  // A terminal that was closed says so by a signal.
  if (broken !== undefined || (error.code === 'EIO' && stream.isTTY)) return;
  const name = stream === process.stdout ? 'Standard output' : 'Standard error';
  broken = { stream, error: error.code === 'EPIPE' ? new ReaderGone(name) : writeError(name, error) };
  stop.abort(broken.error);
  if (isOver) tellOfBroken();
}

function writeError(name: string, error: NodeJS.ErrnoException): LabError {
  const hint = error.code === 'ENOSPC' ? 'The disk that it goes to is full: make room there.' : undefined;
  const options = { cause: error, ...(hint === undefined ? {} : { hint }) };
  return new LabError(`${name} cannot be written to: ${messageOf(error)}.`, options);
}

/** On the other stream, unless that is for a program to read. */
function tellOfBroken(): void {
  if (broken === undefined) return;
  const { stream, error } = broken;
  // A reader that had enough, as in `scale-lab list | head -1`, breaks nothing off that is done all the same.
  if (error instanceof ReaderGone && process.exitCode !== error.exitCode) return;
  process.exitCode = error.exitCode;
  if (stream === process.stdout) tellError(err, error);
  else if (!process.argv.includes('--json')) tellError(out, error);
}

function guarded(stream: NodeJS.WriteStream): GuardedOutput {
  stream.on('error', (error: NodeJS.ErrnoException) => breakOff(stream, error));
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0';
  return new GuardedOutput({
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY,
    canRedraw: stream.isTTY && TERM !== 'dumb',
    get columns() {
      return stream.isTTY && stream.columns > 0 ? stream.columns : plainWidth;
    },
    color: !NO_COLOR && (forced || (stream.isTTY && TERM !== 'dumb')),
  });
}

for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const interruption = new Interruption(name);
    interruptions.push(interruption);
    const isSameThing = interruptions.length === 1 && performance.now() - stoppedAtMs < sameThingMs;
    const isStopping = stop.signal.aborted && !isSameThing;
    stop.abort(interruption);
    if (!isStopping && isOrderly) return;
    // At once: nothing was started, or it is being stopped already. What is left then, the next run or `scale-lab clean` removes.
    if (!isStopping) tellError(err, interruption);
    leave(interruption.exitCode);
  });
}

/**
 * Ends the process, whatever still waits for something. What waits in a thread, for a pipe that nobody writes to or for a name server,
 * would hold up an exit for as long: the signal then does what it would have done without us, which is the same exit code to a shell.
 */
function leave(exitCode: number): void {
  const isHeld = process.getActiveResourcesInfo().some((name) => /^(FSReq|GetAddrInfo|GetNameInfo)/.test(name));
  const { signal } = interruptions.findLast((interruption) => interruption.exitCode === exitCode) ?? {};
  if (isHeld && signal !== undefined) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(exitCode);
}

// A bug somewhere aside must not leave servers running: it ends the command like a signal does, unless one is ending it already.
process.on('uncaughtException', (bug) => {
  bugs.push(bug);
  process.exitCode = exitCodes.lab;
  tellError(err, bug);
  stop.abort(bug);
});

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    const hint = 'Change to a folder that exists: cd there, or cd to this one again.';
    throw new LabError('The working folder is not there any more.', { hint, cause: error });
  }
}

async function main(): Promise<ExitCode> {
  using questions = new Questions();
  try {
    return await runCommandLine({
      out,
      err,
      ask: async (question) => {
        err.write(question);
        return questions.answer(stop.signal);
      },
      endsInOrder: () => {
        isOrderly = true;
      },
      environment: process.env,
      folder: workingFolder(),
      args: process.argv.slice(2),
      signal: stop.signal,
      startedAtMs: performance.timeOrigin,
    });
  } catch (error) {
    return tellError(err, error);
  }
}

const earned = await main();
process.exitCode = bugs.length === 0 ? earned : exitCodes.lab;
isOver = true;
// The command itself has told of it where it was running something.
const isTold = process.exitCode === broken?.error.exitCode && broken.stream === process.stdout;
if (broken !== undefined && !isTold) tellOfBroken();
// What was broken off may have left questions open that nobody will answer; what has been answered by now is none of them.
if (stop.signal.aborted) setImmediate(leave, process.exitCode);
