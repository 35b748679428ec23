import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/run-record.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

/**
 * A server whose answers take 20 ms in which it does nothing. What is wrong with a change is said by its environment: HANG=20 leaves one
 * request in twenty without an answer, SLOW=/b makes that route take three times as long, CPU=3 makes each request
 * work for as many ms, LEAK=1 keeps a megabyte for each of the first hundred.
 */
const program = `let asked = 0;
const kept = [];
const { HANG = 0, SLOW = '', CPU = 0, LEAK = 0 } = process.env;
require('node:http').createServer((request, response) => {
  asked++;
  if (HANG > 0 && asked % HANG === 0) return;
  const before = process.cpuUsage();
  let used = before;
  while (CPU > 0 && used.user - before.user < CPU * 1000) used = process.cpuUsage();
  if (LEAK > 0 && kept.length < 100) kept.push(Buffer.alloc(2 ** 20, 1));
  setTimeout(() => response.end('ok'), request.url === SLOW ? 60 : 20);
}).listen(Number(process.env.PORT));
`;

let folder: Workbench;
let bench: Workbench;
beforeAll(async () => {
  folder = await Workbench.create();
  await folder.write('server.js', program);
});
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});
afterAll(async () => folder[Symbol.asyncDispose]());

/** Gates that server with a change against itself. */
async function gate(change: string, ...options: readonly string[]) {
  const server = `node ${path.join(folder.folder, 'server.js')}`;
  const short = ['--duration', '500ms', '--warmup', '200ms', '--connections', '4', '--budget', '4m'];
  const sides = ['--a-command', server, '--b-command', `${change} exec ${server}`];
  const { code, out, err } = await scaleLab(['gate', ...sides, ...short, ...options], {
    cwd: bench.folder,
    env: bench.env,
  });
  return { code, out, err, record: await bench.onlyRun() };
}

/** `hangs(B) <= hangs(A)`: the claims that failed. */
function failedIn({ verdicts }: RunRecord): readonly string[] {
  return verdicts.filter(({ outcome }) => outcome === 'failed').map(({ expectation }) => expectation);
}

describe('a gate fails a change', { timeout: 300_000 }, () => {
  it('that leaves one request in twenty without an answer, although all others are as fast', async () => {
    const { code, err, record } = await gate('HANG=20', '--duration', '1500ms');
    expect(code, err).toBe(1);
    const hangs = record.verdicts.find(({ expectation }) => expectation === 'hangs(B) <= hangs(A)');
    expect(hangs, err).toMatchObject({ outcome: 'failed' });
    expect(hangs?.reason).toMatch(
      /^\d+ of [\d,]+ requests had no answer for [\d.]+ s .* of A 0 of [\d,]+; \d+ fresh rounds/,
    );
  });

  it('that makes one route of three slower, by the results of that route', async () => {
    const routes = ['/a', '/b', '/c'].flatMap((route) => ['--request', `GET ${route}`]);
    const { code, err, record } = await gate('SLOW=/b', '--connections', '12', ...routes);
    expect(code, err).toBe(1);
    const slow = record.verdicts.find(({ expectation }) => expectation.startsWith("p50(B, request='GET /b')"));
    expect(slow?.outcome, err).toBe('failed');
    const others = record.comparisons?.[0]?.metrics.filter(({ request }) => request === 'GET /a');
    expect(others?.map(({ metric }) => metric)).toEqual(['p50', 'p95', 'error_rate']);
  });

  it('that uses more CPU for each request, and keeps what it should let go', async () => {
    const { code, err, record } = await gate('CPU=3 LEAK=1', '--duration', '1500ms');
    expect(code, err).toBe(1);
    expect(failedIn(record), err).toEqual(
      expect.arrayContaining([
        'cpu_per_request(B) <= 1.10 * cpu_per_request(A)',
        'memory_end(B) <= 1.30 * memory_end(A)',
      ]),
    );
  });
});

describe('a gate passes', { timeout: 300_000 }, () => {
  it('what has not changed, asked at a rate that makes closed load open, and says what it has judged', async () => {
    const { code, err, record } = await gate('', '--rate', '100/s', '--budget', '60s', '--allow-inconclusive');
    expect(code, err).toBe(0);
    expect(failedIn(record)).toEqual([]);
    // Beside other work it may have to leave one of them open, and says so.
    const told = [
      ...record.verdicts.map(({ expectation }) => expectation),
      ...(record.comparisons ?? []).flatMap(({ caveats }) => caveats),
    ];
    for (const name of ['error_rate', 'hangs(B)']) {
      expect(told, err).toContainEqual(expect.stringContaining(name));
    }
    expect(record.trials.every(({ measurement }) => measurement.open !== undefined)).toBe(true);
  });
});
