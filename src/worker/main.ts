// The load worker: a program that reads one job from standard input, says that it is ready, reads when to start, puts its
// load on a stack and writes what it measured.
// It is bundled into one file and runs near the stack: as a child process, in a container, in a pod.
import { z } from 'zod';
import { messageOf } from '../model/errors.ts';
import { drive } from './drivers/driver.ts';
import { FrameWriter } from './frames.ts';
import { untilListening } from './listening.ts';
import { clockQuestionSchema, loadJobSchema, startSchema, type LoadJob, type WorkerMessage } from './protocol.ts';
import { openFilesNow, ownLimits, shortageOf } from './recording/own-limits.ts';
import { originsOf } from './requests/origin.ts';

/** A start that is further away, in either direction, was told by another clock. */
const mostLeadMs = 2000;

const aliveEveryMs = 1000;

/** Where the output is read as a log, its lines are numbered, and none is too long. */
const frames = process.env.LOG_FRAMES === 'on' ? new FrameWriter() : undefined;
/** Of several workers, the one that this is, where whoever has started it tells (an Indexed Job of Kubernetes does). */
const completionIndex = process.env.JOB_COMPLETION_INDEX;
/** How long it is waited for that the target listens: where it has just been made, its address may not lead to it yet. */
const targetLimitMs = Number(process.env.TARGET_LIMIT_MS ?? 0);
/** What shows that it is the target who listens there; left out where any answer of it would do. */
const targetReadyPath = process.env.TARGET_READY_PATH;

let state: 'waiting' | 'preparing' | 'ready' | 'working' | 'finished' = 'waiting';
let job: LoadJob | undefined;
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
  if (state === 'preparing' || state === 'ready') fail('Standard input was closed before the start was told.');
  if (state === 'working') fail('Standard input was closed before the result was there.');
});
process.stdin.on('data', (chunk: string) => {
  text += chunk;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    understand(line);
  }
});

setInterval(() => {
  if (state !== 'finished') emit({ type: 'alive' });
}, aliveEveryMs).unref();

/** The first line is the job, the last its start; in between the time may be asked. An empty one keeps a connection alive. */
function understand(line: string): void {
  if (line === '') return;
  if (state === 'waiting') {
    job = read(line, loadJobSchema, 'job');
    if (job === undefined) return;
    if (completionIndex !== undefined && Number(completionIndex) !== job.share.index) {
      fail(`The job is part ${job.share.index} of the load, and this is worker ${completionIndex}.`);
      return;
    }
    prepare(job);
  } else if (state === 'ready' && job !== undefined) {
    if (isClockQuestion(line)) {
      emit({ type: 'clock', atMs: performance.timeOrigin + performance.now() });
      return;
    }
    const start = read(line, startSchema, 'start');
    if (start === undefined) return;
    const startMs = start.startAtMs === undefined ? performance.now() : start.startAtMs - performance.timeOrigin;
    const leadMs = startMs - performance.now();
    if (Math.abs(leadMs) > mostLeadMs) {
      const seconds = (Math.abs(leadMs) / 1000).toFixed(1);
      const clocks = 'the clocks of lab and worker differ';
      if (leadMs > 0) fail(`The start is ${seconds} s ahead: ${clocks}.`);
      else fail(`The start was ${seconds} s ago: the worker stood still for so long, or ${clocks}.`);
      return;
    }
    state = 'working';
    work(job, startMs).catch(breakDown);
  }
}

function read<T>(line: string, schema: z.ZodType<T>, noun: string): T | undefined {
  try {
    const value = schema.safeParse(JSON.parse(line));
    if (value.success) return value.data;
    fail(`The ${noun} is not valid:\n${z.prettifyError(value.error)}`);
  } catch (error) {
    fail(`The ${noun} is not JSON: ${messageOf(error)}`);
  }
  return undefined;
}

function prepare(load: LoadJob): void {
  const shortage = shortageOf(load, ownLimits, openFilesNow());
  if (shortage !== undefined) {
    fail(shortage.sentence, shortage.hint);
    return;
  }
  const getReady = (): void => {
    state = 'ready';
    emit({ type: 'ready' });
  };
  if (targetLimitMs === 0) {
    getReady();
    return;
  }
  state = 'preparing';
  untilListening(originsOf(load), targetReadyPath, targetLimitMs).then(getReady, (error: unknown) =>
    fail(messageOf(error)),
  );
}

function isClockQuestion(line: string): boolean {
  try {
    return clockQuestionSchema.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}

async function work(load: LoadJob, startMs: number): Promise<void> {
  const result = await drive(load, { emit, cpuUsage: () => process.cpuUsage(), startMs });
  state = 'finished';
  emit({ type: 'result', result }, () => process.exit(0));
}

/** Calls back when the message is out of the process: an exit before that may cut it off. */
function emit(message: WorkerMessage, done?: () => void): void {
  const text = JSON.stringify(message);
  process.stdout.write(frames === undefined ? `${text}\n` : frames.write(text), done);
}

/** For a bug: the parent gets its sentence, the log the place where it is. */
function breakDown(error: unknown): void {
  process.stderr.write(`${(error instanceof Error ? error.stack : undefined) ?? String(error)}\n`);
  fail(messageOf(error));
}

function fail(message: string, hint?: string): void {
  state = 'finished';
  emit({ type: 'failed', message, ...(hint === undefined ? {} : { hint }) }, () => process.exit(1));
}
