import { told } from '../../model/foreign-text.ts';
import type { EventSink } from '../../session/events.ts';
import type { Io } from '../io.ts';
import { jsonProgress } from './json-events.ts';
import { LiveProgress } from './live.ts';
import { plainProgress, type Progress } from './plain.ts';

/** How much a command says while it runs. */
export interface ProgressOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** Shows a run as it goes: two lines that change on a terminal, plain lines elsewhere, NDJSON or nothing where that is asked for. */
export function showProgress(io: Io, { quiet, verbose = false, json }: ProgressOptions): Progress {
  if (json) return lasting(jsonProgress(io.out, io.startedAtMs));
  if (quiet) return lasting(() => undefined);
  const { err, signal } = io;
  return telling(err.canRedraw ? new LiveProgress(err, verbose, signal) : plainProgress(err, verbose, signal));
}

/** Shows what work does while it does it. Whatever runs by then is taken down before the command ends. */
export async function withProgress<T>(
  io: Io,
  options: ProgressOptions,
  work: (emit: EventSink) => Promise<T>,
): Promise<T> {
  io.endsInOrder();
  using progress = showProgress(io, options);
  return await work(progress.sink);
}

/** What is shown of events may come from anywhere. */
function telling(progress: Progress): Progress {
  return { sink: (event) => progress.sink(told(event)), [Symbol.dispose]: () => progress[Symbol.dispose]() };
}

/** What leaves nothing to be taken away. */
function lasting(sink: EventSink): Progress {
  return { sink, [Symbol.dispose]: () => undefined };
}
