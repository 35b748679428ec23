#!/usr/bin/env node
import { exitCodes, Interruption } from '../errors.ts';
import { Questions } from './ask.ts';
import { runCommandLine } from './command-line.ts';
import { describeError } from './describe-error.ts';
import type { Output } from './io.ts';

const plainWidth = 100;

function output(stream: NodeJS.WriteStream): Output {
  // A reader that went away, as in `scale-lab list | head -1`, or a closed terminal is no error of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0';
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY,
    canRedraw: stream.isTTY && TERM !== 'dumb',
    get columns() {
      return stream.isTTY && stream.columns > 0 ? stream.columns : plainWidth;
    },
    color: !NO_COLOR && (forced || (stream.isTTY && TERM !== 'dumb')),
  };
}

const stop = new AbortController();
for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const interruption = new Interruption(name);
    // The second time at once: what is left behind, the next run or `scale-lab clean` removes.
    if (stop.signal.aborted) process.exit(interruption.exitCode);
    stop.abort(interruption);
  });
}

// A bug somewhere aside must not leave servers running: it ends the command like a signal does, and is told of at the end.
process.on('uncaughtException', (bug) => {
  if (stop.signal.aborted) process.exit(exitCodes.lab);
  process.stderr.write(describeError(bug, false).text);
  stop.abort(bug);
});

using questions = new Questions();
process.exitCode = await runCommandLine({
  out: output(process.stdout),
  err: output(process.stderr),
  ask: async (question) => questions.ask(question, stop.signal),
  environment: process.env,
  folder: process.cwd(),
  args: process.argv.slice(2),
  signal: stop.signal,
  startedAtMs: performance.timeOrigin,
});
