import { spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { LabError } from '../model/errors.ts';
import type { LoadJob, WorkerMessage, WorkerResult } from '../worker/protocol.ts';
import { Recorder } from '../worker/recording/recorder.ts';
import { type LoadSession, readLoad } from './load-session.ts';

const { signal } = new AbortController();
const kills: (() => void)[] = [];
afterEach(() => {
  for (const kill of kills.splice(0)) kill();
});

const recorder = new Recorder({
  phase: 'measuring',
  requests: ['GET /'],
  startMs: 0,
  durationMs: 1000,
  emit: () => undefined,
});
const idle = { cpuRatio: 0, eventLoopUtilisation: 0, lagP99Us: 0, longestPauseUs: 0, pauseEndedAtMs: 0 };
const empty = recorder.finish(1000, idle);

// Says that it is ready after a while, and then what it was told; `start` is when it was to begin, `ready` when it could.
const program = `
const [result, delayMs, end, aheadMs] = process.argv.slice(1).map((text) => JSON.parse(text));
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
let ready;
require('node:readline').createInterface(process.stdin).on('line', (line) => {
  if (ready === undefined) {
    setTimeout(() => { ready = Date.now(); say({ type: 'ready' }); }, delayMs);
    ready = 0;
    return;
  }
  const { ask, startAtMs = Date.now() } = JSON.parse(line);
  if (ask === 'clock') { say({ type: 'clock', atMs: Date.now() + aheadMs }); return; }
  say({ type: 'measuring' });
  if (end === 'lives') setInterval(() => say({ type: 'alive' }), 20);
  if (end === 'dies') { console.error('it broke'); process.exit(3); }
  if (end === 'fails') say({ type: 'failed', message: 'no such host' });
  if (end === 'succeeds') say({ type: 'result', result: { ...result, startedAtMs: startAtMs, durationMs: ready } });
});
process.stdin.on('end', () => process.exit(0));
`;

interface Role {
  /** How long it takes to get ready. */
  readonly delayMs?: number;
  readonly end?: 'succeeds' | 'dies' | 'fails' | 'lives' | 'never';
  /** How far its clock is ahead; it is asked for it. */
  readonly aheadMs?: number;
}

/** Starts a program for each role that speaks as a load worker does. */
function start(...roles: readonly Role[]): readonly LoadSession[] {
  return roles.map(({ delayMs = 0, end = 'succeeds', aheadMs }, index) => {
    const args = [empty, delayMs, end, aheadMs ?? 0].map((value) => JSON.stringify(value));
    const child = spawn(process.execPath, ['-e', program, ...args]);
    kills.push(() => child.kill('SIGKILL'));
    let log = '';
    child.stderr.on('data', (text: Buffer) => (log += text.toString()));
    const worker = {
      end: undefined as string | undefined,
      ended: new Promise<string>((resolve) => {
        child.once('close', (code, killed) => {
          worker.end = killed === null ? `exited with code ${String(code)}` : `was killed by ${killed}`;
          resolve(worker.end);
        });
      }),
      log: () => Promise.resolve(log),
    };
    const job: LoadJob = {
      urls: ['http://127.0.0.1:1'],
      load: { kind: 'burst', size: 1, times: 1, everyMs: 0, timeoutMs: 1 },
      workload: { requests: [], keys: {} },
      seed: 1,
      share: { index, of: roles.length },
    };
    return { worker, stdin: child.stdin, stdout: child.stdout, job, hasOwnClock: aheadMs !== undefined };
  });
}

async function read(
  sessions: readonly LoadSession[],
  until: AbortSignal = signal,
  silenceLimitMs?: number,
): Promise<readonly WorkerMessage[]> {
  const messages: WorkerMessage[] = [];
  for await (const message of readLoad(sessions, until, silenceLimitMs)) messages.push(message);
  return messages;
}

function resultOf(messages: readonly WorkerMessage[]): WorkerResult {
  const last = messages.at(-1);
  if (last?.type !== 'result') throw new Error('a result was expected');
  return last.result;
}

async function failureOf(sessions: readonly LoadSession[]): Promise<LabError> {
  const error = await read(sessions).catch((thrown: unknown) => thrown);
  if (error instanceof LabError) return error;
  throw new Error('a LabError was expected', { cause: error });
}

test.each([[[{}]], [[{}, {}, {}]]])('reads workers to their result, and lets go of them', async (roles: Role[]) => {
  const sessions = start(...roles);
  const messages = await read(sessions);
  expect(messages.map(({ type }) => type)).toEqual(['measuring', 'result']);
  for (const { worker } of sessions) expect(worker.end).toBe('exited with code 0');
});

test('nobody begins before all are ready, and all begin at the same instant', async () => {
  const together = resultOf(await read(start({}, { delayMs: 300 })));
  // Merged, that is the earliest start, and the latest moment at which one was ready.
  expect(together.startedAtMs).toBeGreaterThan(together.durationMs);
});

test('each is told the common instant by its own clock', async () => {
  const hourMs = 3_600_000;
  const before = Date.now();
  // Merged, the start is the earliest that one was told: that of the clock which is furthest behind.
  const { startedAtMs } = resultOf(await read(start({ aheadMs: hourMs }, { aheadMs: -hourMs })));
  expect(startedAtMs).toBeGreaterThan(before - hourMs);
  expect(startedAtMs).toBeLessThan(before - hourMs + 60_000);
});

test('tells how one that is lost has ended, and what it logged', async () => {
  const error = await failureOf(start({ end: 'dies' }));
  expect(error.message).toBe('The load worker ended without a result.');
  expect(error.hint).toBe('The load worker exited with code 3.');
  expect(error.details).toEqual(['it broke']);
});

test('says which of several was lost, also where the others would go on for ever', async () => {
  const error = await failureOf(start({ end: 'never' }, { end: 'dies' }, { end: 'succeeds' }));
  expect(error.message).toBe('Load worker 2 of 3 ended without a result.');
  expect(error.hint).toBe('Load worker 2 of 3 exited with code 3.');
  expect(error.details).toEqual(['it broke']);
});

test('says which of several failed, and why', async () => {
  const error = await failureOf(start({ end: 'succeeds' }, { end: 'fails' }));
  expect(error.message).toBe('Load worker 2 of 2 failed.');
  expect(error.details).toEqual(['no such host']);
});

test('says so where one is lost before it was ready', async () => {
  const sessions = start({ delayMs: 60_000 }, {});
  setTimeout(() => kills[0]?.(), 50);
  expect((await failureOf(sessions)).message).toBe('Load worker 1 of 2 ended without a result.');
});

test('ends with the reason of the signal, once the workers are ended', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const reading = read(start({ end: 'never' }, { end: 'never' }), controller.signal);
  controller.abort(reason);
  for (const kill of kills) kill();
  await expect(reading).rejects.toBe(reason);
});

test('a worker that stands still is named, and ends the load; one that says that it lives does not', async () => {
  const sessions = start({ end: 'lives' }, { end: 'never' });
  const error = await read(sessions, signal, 6_000).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LabError);
  expect(error).toMatchObject({
    message: 'Load worker 2 of 2 has said nothing for 6 s.',
    hint: expect.stringMatching(/^It stands still/) as string,
  });
});
