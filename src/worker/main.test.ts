import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measurementOf } from '../load/measurement.ts';
import { readWorkerMessages } from '../load/worker-process.ts';
import { FrameReader, isFrame } from './frames.ts';
import type { LoadJob, WorkerMessage, WorkerResult } from './protocol.ts';
import { burstLoad, closedLoad, loadJob, openLoad } from './testing/jobs.ts';
import { serve } from './testing/servers.ts';

type Worker = ChildProcessByStdio<Writable, Readable, null>;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-lab-worker-'));
  // As scripts/bundle.mjs does it.
  await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    outfile: join(folder, 'worker.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    minifySyntax: true,
    logLevel: 'error',
  });
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

function start(input?: string, environment: NodeJS.ProcessEnv = {}): Worker {
  const worker = spawn(process.execPath, [join(folder, 'worker.mjs')], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...environment },
  });
  worker.stdin.on('error', () => undefined);
  if (input !== undefined) worker.stdin.write(input);
  return worker;
}

/** A job that starts at once. */
function line(job: LoadJob): string {
  return `${JSON.stringify(job)}\n{}\n`;
}

async function exitOf(worker: Worker): Promise<number | string | null> {
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
  return worker.exitCode ?? worker.signalCode;
}

/** The last message of a worker that fails. */
async function failureOf(worker: Worker): Promise<unknown> {
  let output = '';
  for await (const chunk of worker.stdout) output += String(chunk);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** An address at which nobody listens any more. */
async function deserted(): Promise<string> {
  await using server = await serve((_request, response) => response.end('ok'));
  return server.url;
}

async function until(worker: Worker, type: WorkerMessage['type']): Promise<void> {
  let output = '';
  while (!output.includes(`"type":"${type}"`)) output += String((await once(worker.stdout, 'data'))[0]);
}

/** A worker that may open so many files, and not one more. */
function startWithFiles(files: number, input: string): Worker {
  const script = `ulimit -n ${files}; exec "$0" "$1"`;
  const worker = spawn('sh', ['-c', script, process.execPath, join(folder, 'worker.mjs')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  worker.stdin.on('error', () => undefined);
  worker.stdin.write(input);
  return worker;
}

describe.runIf(process.platform === 'linux')('the load worker, where it may open 256 files', () => {
  it('refuses more connections beforehand, and says what to raise', async () => {
    await using server = await serve((_request, response) => response.end());
    const job = loadJob({ urls: [server.url], load: closedLoad({ driver: 'lab', connections: 300 }) });
    expect(await failureOf(startWithFiles(256, line(job)))).toMatchObject({
      type: 'failed',
      message: expect.stringMatching(/^The generator may open 256 files, and 300 connections take 3\d\d\.$/) as string,
      hint: expect.stringContaining('Raise ulimit -n, e.g. to 512') as string,
    });
    expect(server.connections.size).toBe(0);
  });

  it.each(['autocannon', 'lab'] as const)(
    'counts what it cannot open as no error of the server (%s)',
    async (driver) => {
      await using server = await serve((_request, response) => response.end());
      const load = closedLoad({ driver, connections: 100, durationMs: 1000 });
      const worker = startWithFiles(256, `${JSON.stringify(loadJob({ urls: [server.url], load }))}\n`);
      let result: WorkerResult | undefined;
      for await (const message of readWorkerMessages(worker.stdout)) {
        // It has looked by then: what happens later is not known before the load.
        if (message.type === 'ready') {
          await promisify(execFile)('prlimit', ['--pid', String(worker.pid), '--nofile=64']);
          worker.stdin.write('{}\n');
        }
        if (message.type === 'result') ({ result } = message);
      }
      if (result === undefined) throw new Error('a result was expected');
      const { requests, errors, refusals, unfinished, sent, causes, ownLimits } = result;
      expect(errors).toEqual({});
      expect(requests).toBeGreaterThan(0);
      expect(Object.keys(refusals)).toEqual(['out-of-files']);
      expect(requests + (refusals['out-of-files'] ?? 0) + unfinished).toBe(sent);
      expect(causes).toMatchObject([{ kind: 'out-of-files', words: expect.stringContaining('EMFILE') as string }]);
      expect(ownLimits.files).toBe(256);
    },
  );
});

describe('the load worker', () => {
  it.each([
    ['a closed loop', closedLoad({ durationMs: 1000 }), ['ready', 'measuring', 'second', 'measured', 'result']],
    ['bursts', burstLoad(), ['ready', 'measuring', 'measured', 'result']],
  ])('runs %s to its result', async (_, load, types) => {
    await using server = await serve((_request, response) => response.end('ok'));
    const worker = start(line(loadJob({ urls: [server.url], load })));
    const messages: WorkerMessage[] = [];
    for await (const message of readWorkerMessages(worker.stdout)) messages.push(message);
    expect(messages.map((message) => message.type)).toEqual(types);
    const last = messages.at(-1);
    if (last?.type !== 'result') throw new Error('A result was expected.');
    const measurement = measurementOf(last.result);
    expect(measurement.requests).toBeGreaterThan(0);
    expect(measurement.sent).toBe(measurement.requests + measurement.unfinished);
    expect(measurement.latency.p99Us).toBeGreaterThan(0);
    // Its parent still holds its input open.
    expect(await exitOf(worker)).toBe(0);
  });

  it('tells that it stood still, though p99 of its lag is small', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const worker = start(line(loadJob({ urls: [server.url], load: closedLoad({ durationMs: 3000 }) })));
    await until(worker, 'measuring');
    await pause(200);
    worker.kill('SIGSTOP');
    await pause(1000);
    worker.kill('SIGCONT');
    let result: WorkerResult | undefined;
    for await (const message of readWorkerMessages(worker.stdout))
      if (message.type === 'result') ({ result } = message);
    expect(result?.generator.longestPauseUs).toBeGreaterThanOrEqual(950_000);
  });

  it.each([
    ['closed load by lab', closedLoad({ driver: 'lab', durationMs: 9000, timeoutMs: 3000 })],
    ['closed load by autocannon', closedLoad({ driver: 'autocannon', durationMs: 9000, timeoutMs: 3000 })],
    ['open load', openLoad({ ratePerSecond: 50, durationMs: 9000, timeoutMs: 3000 })],
  ])('takes for no error what came while it stood still: %s', async (_, load) => {
    const held: ServerResponse[] = [];
    let isHolding = false;
    await using server = await serve((_request, response) => {
      if (isHolding) held.push(response);
      else response.end('ok');
    });
    const worker = start(line(loadJob({ urls: [server.url], load })));
    await until(worker, 'measuring');
    await pause(2500);
    isHolding = true;
    await expect.poll(() => held.length, { timeout: 20_000 }).toBeGreaterThan(0);
    // Autocannon looks at its timers once in their time, and knows only then for how long these requests may take.
    await pause(1000);
    worker.kill('SIGSTOP');
    isHolding = false;
    for (const response of held) response.end('ok');
    // Their time is up when it goes on.
    await pause(3500);
    worker.kill('SIGCONT');
    let result: WorkerResult | undefined;
    for await (const message of readWorkerMessages(worker.stdout))
      if (message.type === 'result') ({ result } = message);
    expect(result?.errors).toEqual({});
    expect(held.length).toBeGreaterThan(0);
    expect(result?.requests).toBeGreaterThan(held.length);
    expect(result?.generator.longestPauseUs).toBeGreaterThanOrEqual(3_000_000);
  });

  it.each([
    ['is not JSON', 'hello\n', 'not JSON'],
    ['is not a job', '{"urls":[]}\n', 'not valid'],
    ['has an address that is not http', line(loadJob({ urls: ['ftp://127.0.0.1'], load: closedLoad() })), 'urls[0]'],
  ])('fails where its input %s', async (_, input, sentence) => {
    const worker = start(input);
    expect(await failureOf(worker)).toEqual({ type: 'failed', message: expect.stringContaining(sentence) as unknown });
    expect(await exitOf(worker)).toBe(1);
  });

  it('takes the part of the load that is its own, where it is told which, and no other', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const job = loadJob({ urls: [server.url], load: burstLoad(), share: { index: 2, of: 3 } });
    expect(await exitOf(start(line(job), { JOB_COMPLETION_INDEX: '2' }))).toBe(0);
    const other = start(line(job), { JOB_COMPLETION_INDEX: '1' });
    expect(await failureOf(other)).toEqual({
      type: 'failed',
      message: 'The job is part 2 of the load, and this is worker 1.',
    });
    expect(await exitOf(other)).toBe(1);
  });

  it('fails where it is to start by a clock that is not its own', async () => {
    const job = loadJob({ urls: ['http://127.0.0.1:1'], load: closedLoad() });
    const worker = start(`${JSON.stringify(job)}\n${JSON.stringify({ startAtMs: Date.now() - 60_000 })}\n`);
    expect(await failureOf(worker)).toMatchObject({
      type: 'failed',
      message: expect.stringContaining('clocks') as unknown,
    });
    expect(await exitOf(worker)).toBe(1);
  });

  it('says what its clock says, as often as it is asked, and passes over empty lines', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const job = JSON.stringify(loadJob({ urls: [server.url], load: burstLoad() }));
    const before = Date.now();
    const worker = start(`\n${job}\n{"ask":"clock"}\n\n{"ask":"clock"}\n{}\n`);
    const messages: WorkerMessage[] = [];
    for await (const message of readWorkerMessages(worker.stdout)) messages.push(message);
    expect(messages.map(({ type }) => type)).toEqual(['ready', 'clock', 'clock', 'measuring', 'measured', 'result']);
    for (const message of messages) {
      if (message.type !== 'clock') continue;
      // Its clock has fractions of a millisecond, and may be a moment behind one that is read later.
      expect(message.atMs).toBeGreaterThan(before - 100);
      expect(message.atMs).toBeLessThan(Date.now() + 100);
    }
  });

  it('numbers the lines of its output where that is read as a log', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const worker = start(line(loadJob({ urls: [server.url], load: burstLoad() })), { LOG_FRAMES: 'on' });
    let log = '';
    for await (const chunk of worker.stdout) log += String(chunk);
    const reader = new FrameReader();
    const lines = log.split('\n').slice(0, -1);
    const messages = lines.flatMap((text) => reader.read(text) ?? []);
    const types = messages.map((text) => (JSON.parse(text) as WorkerMessage).type);
    expect(types.filter((type) => type !== 'alive')).toEqual(['ready', 'measuring', 'measured', 'result']);
    expect(lines.every(isFrame)).toBe(true);
  });

  it('waits until its target listens, where it is told to', async () => {
    const url = await deserted();
    const job = JSON.stringify(loadJob({ urls: [url], load: burstLoad() }));
    const worker = start(`${job}\n`, { TARGET_LIMIT_MS: '20000' });
    const messages = readWorkerMessages(worker.stdout)[Symbol.asyncIterator]();
    const first = messages.next();
    // It has had the time to find that nobody is there.
    expect(await Promise.race([first.then(() => 'ready'), pause(500).then(() => 'waits')])).toBe('waits');
    await using _server = await serve((_request, response) => response.end('ok'), Number(new URL(url).port));
    expect((await first).value).toEqual({ type: 'ready' });
    worker.kill('SIGKILL');
  });

  it('takes nobody for its target who does not answer as that one does when it is ready', async () => {
    let isMade = false;
    let refused = 0;
    await using server = await serve((request, response) => {
      response.statusCode = isMade && request.url === '/readyz' ? 200 : 404;
      if (!isMade) refused += 1;
      response.end();
    });
    const job = JSON.stringify(loadJob({ urls: [server.url], load: burstLoad() }));
    const worker = start(`${job}\n`, { TARGET_LIMIT_MS: '20000', TARGET_READY_PATH: '/readyz' });
    let isReady = false;
    const first = readWorkerMessages(worker.stdout)[Symbol.asyncIterator]().next();
    void first.then(() => (isReady = true));
    await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(2);
    expect(isReady).toBe(false);
    isMade = true;
    expect((await first).value).toEqual({ type: 'ready' });
    worker.kill('SIGKILL');
  });

  it('says so where its target never listens', async () => {
    const url = await deserted();
    const job = JSON.stringify(loadJob({ urls: [url], load: burstLoad() }));
    const worker = start(`${job}\n`, { TARGET_LIMIT_MS: '200' });
    expect(await failureOf(worker)).toMatchObject({
      message: expect.stringMatching(/^nothing takes connections \(.*\) at /) as unknown,
    });
    expect(await exitOf(worker)).toBe(1);
  });

  it('fails where no job comes', async () => {
    const worker = start();
    worker.stdin.end();
    expect(await failureOf(worker)).toMatchObject({ type: 'failed' });
    expect(await exitOf(worker)).toBe(1);
  });

  describe('under a load of ten minutes', () => {
    const long = closedLoad({ durationMs: 600_000 });

    it('stops when its input ends', async () => {
      await using server = await serve((_request, response) => response.end('ok'));
      const worker = start(line(loadJob({ urls: [server.url], load: long })));
      await until(worker, 'measuring');
      worker.stdin.end();
      expect(await failureOf(worker)).toMatchObject({ type: 'failed' });
      expect(await exitOf(worker)).toBe(1);
    });

    it('stops when nobody reads its output', async () => {
      await using server = await serve((_request, response) => response.end('ok'));
      const worker = start(line(loadJob({ urls: [server.url], load: long })));
      await until(worker, 'measuring');
      worker.stdout.destroy();
      expect(await exitOf(worker)).toBe(1);
    });

    it('stops at SIGTERM, and not at SIGINT', async () => {
      await using server = await serve((_request, response) => response.end('ok'));
      const worker = start(line(loadJob({ urls: [server.url], load: long })));
      await until(worker, 'measuring');
      worker.kill('SIGINT');
      await until(worker, 'second');
      worker.kill('SIGTERM');
      expect(await exitOf(worker)).toBe(143);
    });
  });
});
