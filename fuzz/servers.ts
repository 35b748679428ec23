import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { readWorkerMessages } from '../src/load/worker-process.ts';
import { packageFolder } from '../src/machine/package.ts';
import type { WorkerLoad } from '../src/model/load-profile.ts';
import { shuffled } from '../src/model/random.ts';
import { readRuns } from '../src/record/run-folder.ts';
import type { LoadJob, Outcome as Counted, WorkerResult } from '../src/worker/protocol.ts';
import { burstLoad, closedLoad, loadJob, oneRequest, openLoad } from '../src/worker/testing/jobs.ts';
import { start } from '../test/e2e/cli.ts';
import { hostileServers, type HostileServer } from './hostile-servers.ts';
import { insist, kindOf, type Outcome } from './kind.ts';

const timeoutMs = 400;
const loads = {
  autocannon: closedLoad({ driver: 'autocannon', connections: 3, durationMs: 500, timeoutMs }),
  lab: closedLoad({ driver: 'lab', connections: 3, durationMs: 500, timeoutMs }),
  open: openLoad({ ratePerSecond: 60, durationMs: 500, connections: 10, inFlightLimit: 20, timeoutMs, drainMs: 500 }),
  burst: burstLoad({ size: 4, times: 2, everyMs: 20, timeoutMs }),
} as const satisfies Readonly<Record<string, WorkerLoad>>;

/** What meets a server: a load worker with one of its drivers, or the whole command. */
type Client = keyof typeof loads | 'command';

interface Meeting {
  readonly server: HostileServer;
  readonly client: Client;
  /** How many requests it answers as it should before it does what it does. */
  readonly wellBehaved: number;
  readonly contains: boolean;
}

/** The server, at a port of its own. */
async function serve({
  server: { connected, asked },
  wellBehaved,
}: Meeting): Promise<{ url: string } & AsyncDisposable> {
  let [connections, requests] = [0, 0];
  const sockets = new Set<import('node:net').Socket>();
  const server = createServer((socket) => {
    const number = ++connections;
    sockets.add(socket);
    socket.setNoDelay().on('error', () => undefined);
    socket.on('data', () => {
      if (++requests > wellBehaved) asked?.(socket, requests);
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    });
    if (requests >= wellBehaved) connected?.(socket, number);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP port was expected.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const limitMs = 120_000;
/** A worker takes about a third of that; a server must not be able to make it take any amount. */
const mostBytes = 400 * 1024 * 1024;

/** The most memory that a process has held, where the system tells. */
async function peakBytes(pid: number | undefined): Promise<number> {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(await readFile(file, 'utf8').catch(() => ''))?.[1] ?? 0);
}

/** Has a built load worker do a job. */
async function work(job: LoadJob): Promise<{ readonly result: WorkerResult; readonly bytes: number }> {
  const worker = spawn(process.execPath, [path.join(packageFolder, 'dist', 'load-worker.mjs')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  worker.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const timer = setTimeout(() => worker.kill('SIGKILL'), limitMs);
  let bytes = 0;
  try {
    worker.stdin.write(`${JSON.stringify(job)}\n`);
    for await (const message of readWorkerMessages(worker.stdout)) {
      bytes = Math.max(bytes, await peakBytes(worker.pid));
      if (message.type === 'ready') worker.stdin.write('{}\n');
      if (message.type === 'result') return { result: message.result, bytes };
      insist(message.type !== 'failed', `The worker failed: ${JSON.stringify(message)}`);
    }
  } finally {
    clearTimeout(timer);
    worker.stdin.end();
    worker.kill('SIGKILL');
  }
  throw new Error(`The worker gave no result: ${said}`);
}

type Books = Pick<Counted, 'requests' | 'unfinished'> & {
  readonly carried: number;
  readonly sent: number;
  readonly refusals: Partial<Record<string, number>>;
};

function checkBooks({ carried, sent, requests, unfinished, refusals }: Books, failed: number): void {
  const refused = Object.values(refusals).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const told = JSON.stringify({ carried, sent, requests, failed, refused, unfinished });
  insist(carried + sent === requests + failed + refused + unfinished, `The books do not balance: ${told}`);
}

async function checkDriver(meeting: Meeting, load: WorkerLoad): Promise<Outcome> {
  await using server = await serve(meeting);
  const workload = oneRequest(meeting.contains ? { check: { contains: 'hello' } } : {});
  const { result, bytes } = await work(loadJob({ urls: [server.url], load, workload }));
  const failed = Object.values(result.errors).reduce((sum, count) => sum + count, 0);
  checkBooks(result, failed);
  const { open } = result;
  insist(
    open === undefined || open.offered === result.sent + open.dropped + open.unsent,
    'What was offered does not add up.',
  );
  insist(bytes < mostBytes, `It has made the worker take ${bytes} bytes.`);
  return 'balanced';
}

const scenarios = (url: string, check: string): string => `version: 1
scenarios:
  hostile:
    question: Is it hostile?
    target: { url: '${url}' }
    workload: [{ request: GET /, check: { status: 200${check} } }]
    load: { connections: 3, warmup: 0s, duration: 500ms, timeout: ${timeoutMs}ms }
    variants:
      autocannon: { load: { driver: autocannon } }
      lab: { load: { driver: lab } }
      open: { load: { rate: 60/s, drain: 500ms } }
    expect: [error_rate == 0, p99 < 1h]
suites: { quickstart: [hostile] }
`;

async function checkCommand(meeting: Meeting): Promise<Outcome> {
  await using server = await serve(meeting);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-fuzz-'));
  try {
    await writeFile(
      path.join(folder, 'scenarios.yaml'),
      scenarios(server.url, meeting.contains ? ', contains: hello' : ''),
    );
    const running = start(['run'], { cwd: folder, env: { PATH: folder, HOME: folder, TMPDIR: folder } });
    const timer = setTimeout(() => running.child.kill('SIGKILL'), limitMs);
    const { code, err } = await running.ended;
    clearTimeout(timer);
    insist(code !== null && code <= 4 && code !== 2, `It ended with ${code}:\n${err}`);
    insist(!/^\s+at .*:\d+:\d+\)?$/m.test(err) && !err.includes('This is a bug'), `A bug is told of:\n${err}`);
    const { runs, unread } = await readRuns(path.join(folder, 'results'));
    insist(unread.length === 0, `Its record cannot be read: ${unread[0]?.message ?? ''}`);
    insist(code === 4 || runs.length === 1, `It ended with ${code}, and the run is not whole.`);
    for (const { measurement } of runs.flatMap(({ trials }) => trials)) checkBooks(measurement, measurement.failed);
    return `with ${code}`;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const clients: readonly Client[] = ['autocannon', 'lab', 'open', 'burst', 'command'];
const inOrder = shuffled(hostileServers, 1);

/** The items over and over. */
function at<T>(items: readonly T[], number: number): T {
  const item = items[number % items.length];
  if (item === undefined) throw new Error('There are none.');
  return item;
}

/**
 * Servers that mean ill, before every driver and before the whole command: each meets each once in as many cases as there are pairs, and
 * all of them one after the other.
 */
export const servers = kindOf<Meeting>({
  name: 'servers',
  share: 5,
  inputs: (number) =>
    fc.record({
      server: fc.constant(at(inOrder, number)),
      client: fc.constant(at(clients, number + Math.floor(number / inOrder.length))),
      wellBehaved: fc.constantFrom(0, 1, 5),
      contains: fc.boolean(),
    }),
  check: async (meeting) =>
    meeting.client === 'command' ? checkCommand(meeting) : checkDriver(meeting, loads[meeting.client]),
  shown: ({ server, ...rest }) => `${server.what}: ${JSON.stringify(rest)}`,
  shrinks: false,
});
