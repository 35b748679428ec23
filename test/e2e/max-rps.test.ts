import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serve, type TestServer } from '../../src/worker/testing/servers.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => bench[Symbol.asyncDispose]());

/** A server that by its construction answers so many requests a second and refuses all others: a token bucket. */
async function tokenBucket(perSecond: number): Promise<TestServer> {
  const depth = perSecond / 25;
  let tokens = 0;
  let atMs = performance.now();
  return serve((_request, response) => {
    const nowMs = performance.now();
    tokens = Math.min(depth, tokens + ((nowMs - atMs) * perSecond) / 1000);
    atMs = nowMs;
    if (tokens >= 1) tokens--;
    else response.statusCode = 503;
    response.end('ok');
  });
}

const scenarioOf = (target: string, load = '{}'): string => `version: 1
scenarios:
  bucket:
    question: How much does it let through?
    target: { url: '${target}' }
    workload: [GET /]
    load: ${load}
`;
/**
 * A machine that is busy with other tests may hide the answer, or leave the generator so little that it is the limit: that is
 * said then, and nothing is claimed of the server.
 */
function isHidden(limit: string | undefined): boolean {
  return limit === 'noise' || limit === 'budget' || limit === 'generator';
}

/** Probes as short as can be: what is offered is known to the request. */
const short = ['--duration', '1500ms', '--warmup', '300ms', '--confirm', '4s', '--precision', '4%', '--rate', '400/s'];

// A search takes half a minute, and longer on a machine that makes it try again.
describe('scale-lab max-rps', { timeout: 240_000 }, () => {
  it('climbs to what a token bucket lets through, and no further', async () => {
    await using server = await tokenBucket(800);
    await bench.write('scenarios.yaml', scenarioOf(server.url));
    const args = ['max-rps', 'bucket', '--slo', 'error_rate < 1.5%', ...short];
    const { code, out, err } = await scaleLab(args, { cwd: bench.folder, env: bench.env });
    const [trial] = (await bench.onlyRun()).trials;
    if (isHidden(trial?.search?.limit)) {
      expect(code, err + out).toBe(3);
      return;
    }
    expect(code, err + out).toBe(0);
    expect(trial?.search).toMatchObject({ slo: ['error_rate < 1.5%'], limit: 'objective' });
    // A machine that makes the server late takes tokens away, and never adds any: how near it comes is for a benchmark.
    expect(trial?.metrics.max_rps, err).toBeGreaterThan(400);
    expect(trial?.metrics.max_rps, err).toBeLessThan(800 * 1.03);
    expect(out).toContain('the highest rate that keeps the objective');
    expect(err).toMatch(/confirm \d+\/s: kept \(error_rate/);
  });

  it('ends with 3 where it was not allowed to go as high as the server does', async () => {
    await using server = await tokenBucket(100_000);
    await bench.write('scenarios.yaml', scenarioOf(server.url));
    const args = ['max-rps', 'bucket', '--slo', 'error_rate < 1%', ...short, '--most', '500/s'];
    const { code, out, err } = await scaleLab(args, { cwd: bench.folder, env: bench.env });
    expect(code, err + out).toBe(3);
    const [trial] = (await bench.onlyRun()).trials;
    if (isHidden(trial?.search?.limit)) return;
    expect(out).toContain('the highest rate that was allowed kept the objective');
  });

  it('ends with 1 where no rate keeps it', async () => {
    await using server = await serve((_request, response) => {
      response.statusCode = 500;
      response.end();
    });
    await bench.write('scenarios.yaml', scenarioOf(server.url));
    // From a low rate there are few below it to try.
    const args = ['max-rps', 'bucket', '--slo', 'error_rate < 1%', ...short, '--rate', '8/s'];
    const { code, out, err } = await scaleLab(args, { cwd: bench.folder, env: bench.env });
    expect(code, err + out).toBe(1);
    expect(out).toContain('no rate kept the objective');
  });

  it('refuses to begin without an objective, or with one that is not right', async () => {
    await bench.write('scenarios.yaml', scenarioOf('http://127.0.0.1:9'));
    const without = await scaleLab(['max-rps', 'bucket'], { cwd: bench.folder, env: bench.env });
    expect([without.code, without.err]).toEqual([2, expect.stringContaining('A search needs an objective')]);
    const wrong = await scaleLab(['max-rps', 'bucket', '--slo', 'p9 < 5ms'], { cwd: bench.folder, env: bench.env });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('the metric "p9" is not known')]);
  });

  it('is a scenario too, whose claims compare what was found', async () => {
    await using server = await tokenBucket(500);
    const load =
      "{ find: max-rps, slo: 'error_rate < 0.5%', duration: 1s, warmup: 300ms, confirm: 2s, precision: 5%, rate: 300/s }";
    const text = `${scenarioOf(server.url, load)}    expect: ['max_rps > 400/s', 'max_rps > 5000/s']\n`;
    await bench.write('scenarios.yaml', text);
    const { code, out, err } = await scaleLab(['run', 'bucket'], { cwd: bench.folder, env: bench.env });
    const { verdicts, trials } = await bench.onlyRun();
    if (isHidden(trials[0]?.search?.limit)) {
      expect([code, ...verdicts.map(({ outcome }) => outcome)], err + out).toEqual([3, 'inconclusive', 'inconclusive']);
      return;
    }
    expect(code, err + out).toBe(1);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['passed', 'failed']);
  });
});
