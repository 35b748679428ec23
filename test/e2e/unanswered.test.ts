import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => bench[Symbol.asyncDispose]());

interface Case {
  readonly server: string;
  /** After `node server.mjs` in `target`. */
  readonly target?: string;
  readonly workload?: readonly string[];
  readonly load: string;
  readonly claims: readonly string[];
}

/** Runs one scenario on a server of the user's own; what it printed reads as one line. */
async function ran({ server, target = '', workload = ['GET /'], load, claims }: Case) {
  await bench.write('server.mjs', server);
  await bench.write(
    'scenarios.yaml',
    `version: 1
scenarios:
  s:
    question: Is what is missing noticed?
    target: { command: node server.mjs${target} }
    workload: ${JSON.stringify(workload)}
    load: ${load}
    expect: ${JSON.stringify(claims)}
`,
  );
  const { code, out, err } = await scaleLab(['run', 's'], { cwd: bench.folder, env: bench.env });
  const { trials, verdicts } = await bench.onlyRun();
  const [trial] = trials;
  if (!trial) throw new Error(err + out);
  return { code, text: out.replaceAll(/\s+/g, ' '), trial, outcomes: verdicts.map(({ outcome }) => outcome) };
}

/** Answers for a while after its first request, and then never again. */
const hanging = (answersForMs: number) => `import http from 'node:http';
let first;
http.createServer((request, response) => {
  first ??= Date.now();
  if (Date.now() - first < ${answersForMs}) response.end('ok');
}).listen(process.env.PORT);`;

const slow = `import http from 'node:http';
http.createServer((request, response) => setTimeout(() => response.end('ok'), 700)).listen(process.env.PORT);`;

describe('what has no answer', () => {
  it.each(['lab', 'autocannon'])('is no pass where a server hangs under closed load by %s', async (driver) => {
    const { code, text, outcomes, trial } = await ran({
      server: hanging(2000),
      load: `{ driver: ${driver}, connections: 20, warmup: 500ms, duration: 4s }`,
      claims: ['error_rate == 0', 'errors == 0', 'p99 < 5s', 'rps > 1/s', 'unfinished >= 20'],
    });
    expect(outcomes).toEqual([...Array.from({ length: 4 }, () => 'inconclusive'), 'passed']);
    expect(code).toBe(3);
    expect(text).toMatch(/20 requests have had no answer for [\d.]+ s/);
    expect(trial.measurement.waiting.overdue.requests).toBe(20);
  });

  it('is no pass where a server hangs under open load', async () => {
    const { code, text, outcomes } = await ran({
      server: hanging(2000),
      load: '{ rate: 50/s, warmup: 0s, duration: 3s, drain: 0s }',
      claims: ['error_rate == 0', 'rps > 1/s'],
    });
    expect(outcomes).toEqual(['inconclusive', 'inconclusive']);
    expect(code).toBe(3);
    expect(text).toMatch(/requests have had no answer for [\d.]+ m?s to [\d.]+ s/);
  });

  it('is no pass where requests were never sent', async () => {
    const { code, text, outcomes } = await ran({
      server: slow,
      load: '{ rate: 200/s, connections: 5, warmup: 0s, duration: 2s, drain: 0s }',
      claims: ['error_rate == 0', 'errors == 0', 'error_rate < 99.9%'],
    });
    // However they had ended, it would not have been all of them: ten had an answer.
    expect(outcomes).toEqual(['inconclusive', 'inconclusive', 'passed']);
    expect(code).toBe(3);
    expect(text).toMatch(/of 400 requests were never sent, and due for up to [\d.]+ s/);
  });

  it('is no rate of other requests either, whose connections hang', async () => {
    const { code, outcomes, trial } = await ran({
      server: `import http from 'node:http';
let first;
http.createServer((request, response) => {
  first ??= Date.now();
  if (request.url !== '/pay' || Date.now() - first < 2000) response.end('ok');
}).listen(process.env.PORT);`,
      workload: ['GET /', 'POST /pay'],
      load: '{ driver: lab, connections: 20, warmup: 0s, duration: 6s }',
      claims: ["rps(request='GET /') > 1/s", "error_rate(request='GET /') == 0", "rps(request='POST /pay') > 1/s"],
    });
    expect(trial.measurement.waiting.overdue.requests).toBe(20);
    expect(outcomes).toEqual(['inconclusive', 'passed', 'inconclusive']);
    expect(code).toBe(3);
  });

  it('is no reason for doubt where it is in flight at the end for as long as answers take', async () => {
    const { text, outcomes, trial } = await ran({
      // So long that what a machine stumbles for is little beside it.
      server: slow.replace('700', '1000'),
      load: '{ driver: lab, connections: 10, warmup: 500ms, duration: 5s }',
      claims: ['error_rate == 0', 'errors == 0'],
    });
    expect(trial.measurement.unfinished).toBe(10);
    expect(text).not.toContain('no answer for');
    expect(outcomes).toEqual(['passed', 'passed']);
  });
});

describe('what is answered wrongly', () => {
  it('is an error and no missing answer, however long it takes', async () => {
    const { code, text, outcomes, trial } = await ran({
      server: `import http from 'node:http';
http.createServer((request, response) => setTimeout(() => response.writeHead(503).end('no'), 1000)).listen(process.env.PORT);`,
      load: '{ connections: 20, warmup: 500ms, duration: 5s }',
      claims: ['responses(status=503) >= 40', 'error_rate == 0'],
    });
    expect(trial.measurement.unfinished).toBe(20);
    expect(text).not.toContain('no answer for');
    expect(outcomes).toEqual(['passed', 'failed']);
    expect(code).toBe(1);
  });
});

describe('two counts of one thing', () => {
  it('doubts what one worker of three counted, with both numbers', async () => {
    const { code, text, outcomes } = await ran({
      server: `import cluster from 'node:cluster';
import http from 'node:http';
if (cluster.isPrimary) {
  const workers = [0, 1, 2].map((index) => cluster.fork({ INDEX: index }));
  // Whichever of them is asked, it is the first one that answers.
  workers[0].on('message', (counted) => workers.forEach((worker) => worker.send(counted)));
} else {
  let [n, told] = [0, 0];
  process.on('message', (counted) => (told = counted));
  http.createServer((request, response) => {
    if (request.url === '/metrics') {
      response.end('http_requests_total ' + told + '\\ncache_recomputes_total ' + told + '\\n');
      return;
    }
    if (process.env.INDEX === '0') process.send(++n);
    response.end('ok');
  }).listen(process.env.PORT);
}`,
      target: ', metrics: /metrics, ready: /x',
      // So long that what the other two had is far more than what a machine that stumbles leaves uncertain.
      load: '{ rate: 100/s, keep-alive: false, warmup: 0s, duration: 10s }',
      claims: ['recomputes <= 500'],
    });
    expect(outcomes).toEqual(['inconclusive']);
    expect(code).toBe(3);
    expect(text).toMatch(/the server counted \d+ requests while the clients had \d+ right answers/);
    expect(text).not.toContain('did not answer');
  });

  it('takes the counts of a server that counts all of them', async () => {
    const { text, outcomes } = await ran({
      server: `import http from 'node:http';
let n = 0;
http.createServer((request, response) => {
  if (request.url === '/metrics') response.end('http_requests_total ' + n + '\\ncache_recomputes_total ' + n + '\\n');
  else { n++; response.end('ok'); }
}).listen(process.env.PORT);`,
      target: ', metrics: /metrics, ready: /x',
      load: '{ driver: lab, connections: 20, warmup: 500ms, duration: 2s }',
      claims: ['recomputes > 10'],
    });
    expect(text).not.toContain('right answers');
    expect(outcomes).toEqual(['passed']);
  });
});
