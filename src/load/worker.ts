// The load worker: a program that reads one job from standard input, puts its load on a stack and writes what it measured.
// It is bundled into one file and runs near the stack: as a child process, in a container, in a pod.
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { drive } from './driver.ts';
import { loadJobSchema, type LoadJob, type WorkerMessage } from './job.ts';

let state: 'waiting' | 'working' | 'finished' = 'waiting';
let text = '';

// Ctrl-C in a terminal reaches the whole process group; it is the parent that decides what it means.
process.on('SIGINT', () => undefined);
// Process 1 of a container ignores the signal unless it is listened to.
process.on('SIGTERM', () => process.exit(143));
// Nobody reads any more: the parent is gone.
process.stdout.on('error', () => process.exit(1));
process.on('uncaughtException', breakDown);

// The parent holds standard input open for as long as it wants the load: its end, by a kill of the parent too, means stop.
process.stdin.setEncoding('utf8');
process.stdin.on('error', breakDown);
process.stdin.on('end', () => {
  if (state === 'waiting') fail('No job came on standard input.');
  if (state === 'working') fail('Standard input was closed before the result was there.');
});
process.stdin.on('data', (chunk: string) => {
  if (state !== 'waiting') return;
  text += chunk;
  const end = text.indexOf('\n');
  if (end === -1) return;
  state = 'working';
  const job = readJob(text.slice(0, end));
  if (job !== undefined) work(job).catch(breakDown);
});

function readJob(line: string): LoadJob | undefined {
  try {
    const job = loadJobSchema.safeParse(JSON.parse(line));
    if (job.success) return job.data;
    fail(`The job is not valid:\n${z.prettifyError(job.error)}`);
  } catch (error) {
    fail(`The job is not JSON: ${messageOf(error)}`);
  }
  return undefined;
}

async function work(job: LoadJob): Promise<void> {
  const result = await drive(job, { emit, cpuUsage: () => process.cpuUsage() });
  state = 'finished';
  emit({ type: 'result', result }, () => process.exit(0));
}

/** Calls back when the message is out of the process: an exit before that may cut it off. */
function emit(message: WorkerMessage, done?: () => void): void {
  process.stdout.write(`${JSON.stringify(message)}\n`, done);
}

/** For a bug: the parent gets its sentence, the log the place where it is. */
function breakDown(error: unknown): void {
  process.stderr.write(`${(error instanceof Error ? error.stack : undefined) ?? String(error)}\n`);
  fail(messageOf(error));
}

function fail(message: string): void {
  state = 'finished';
  emit({ type: 'failed', message }, () => process.exit(1));
}
