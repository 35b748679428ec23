import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import {
  engineProblem,
  hostOfItsOwn,
  isRequired,
  makeImage,
  openDocker,
  removeLabImages,
} from '../conformance/docker-engine.ts';
import {
  clusterEnvironment,
  clusterProblem,
  isRequired as isClusterRequired,
} from '../conformance/kubernetes-cluster.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const examples = path.join(packageFolder, 'examples');
const short = ['--rounds', '1', '--warmup', '500ms', '--duration', '1s'];

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

describe('examples/node-server', () => {
  const file = path.join(examples, 'node-server', 'scenarios.yaml');

  it('is started in its own folder, and tells of its cache under our names', async () => {
    const args = ['run', 'price-cache', '--file', file, ...short];
    const { code, out, err } = await scaleLab(args, { cwd: bench.folder, env: bench.env });
    // Its claims are about times: on a busy machine they need not hold.
    expect([0, 1, 3], err).toContain(code);
    const { trials, verdicts } = await bench.onlyRun();
    expect(verdicts).toHaveLength(3);
    const of = (name: string) => trials.find(({ variant }) => variant === name);
    expect(of('with')?.metrics.cache_hit_rate).toBeGreaterThan(0.5);
    expect(of('without')?.metrics).not.toHaveProperty('cache_hit_rate');
    for (const { measurement, telemetry } of trials) {
      expect(measurement.failed).toBe(0);
      const [replica] = telemetry.replicas;
      expect(replica?.replica).toBe('target-1');
      expect(replica?.counters.http_requests_total).toBeGreaterThan(0.5 * measurement.requests);
    }
    expect(out.replaceAll(/\s+/g, ' ')).toContain('command node server.js, with WORK_US, CACHE');
  });

  it('compares two commands without a scenario', { timeout: 150_000 }, async () => {
    const server = path.join(examples, 'node-server', 'server.js');
    const sides = ['--a-command', `node ${server}`, '--b-command', `WORK_US=5000 node ${server}`];
    const settings = ['--ready', '/health', '--request', 'GET /prices/1', '--duration', '2s', '--budget', '50s'];
    const { code, out, err } = await scaleLab(['compare', ...sides, ...settings], {
      cwd: bench.folder,
      env: bench.env,
    });
    expect([0, 3], err).toContain(code);
    const { comparisons = [] } = await bench.onlyRun();
    const of = (name: string) => comparisons[0]?.metrics.find(({ metric }) => metric === name);
    // B works ten times as long for each request, whatever else the machine does.
    const cost = of('cpu_per_request');
    expect(cost?.outcome, cost?.text).toBe('b-higher');
    expect(cost?.estimate).toBeGreaterThan(2);
    const p50 = of('p50');
    // A busy machine may keep the generator from reading in too many rounds; then that is said.
    if (p50?.outcome === 'not-measured') expect(p50.text).toContain('generator');
    else {
      expect(p50?.outcome, p50?.text).toBe('b-higher');
      expect(p50?.estimate).toBeGreaterThan(2);
      expect(out).toMatch(/p50: B is .* slower/);
    }
  });
});

/** The image of `examples/image`, under a name that nobody else has. */
async function buildPrices(name: string): Promise<AsyncDisposable> {
  const { SCALE_LAB_NODE_IMAGE: base } = process.env;
  const dockerfile = await readFile(path.join(examples, 'image', 'Dockerfile'), 'utf8');
  const server = await readFile(path.join(examples, 'node-server', 'server.js'), 'utf8');
  const buildargs: Record<string, string> = base === undefined ? {} : { NODE_IMAGE: base };
  return makeImage(await openDocker(), name, dockerfile, { files: { 'server.js': server }, buildargs });
}

describe.each([
  ['docker', await engineProblem(), isRequired, hostOfItsOwn],
  ['kubernetes', await clusterProblem(), isClusterRequired, clusterEnvironment],
] as const)('examples/image on %s', (platform, problem, isNeeded, hostOf) => {
  it('runs as several replicas, each with its counters', { timeout: 240_000 }, async (context) => {
    if (problem !== undefined && !isNeeded) context.skip(problem);
    const name = `prices-e2e-${process.pid}`;
    await using _image = await buildPrices(name);
    const text = await readFile(path.join(examples, 'image', 'scenarios.yaml'), 'utf8');
    await bench.write('scenarios.yaml', text.replace('image: prices', `image: ${name}`));
    const env = { ...bench.env, ...hostOf(`example-${platform}`), TMPDIR: bench.temporary };
    const args = ['run', 'price-cores', '--platform', platform, ...short];
    const { code, err } = await scaleLab(args, { cwd: bench.folder, env });
    expect([0, 1, 3], err).toContain(code);
    const { trials } = await bench.onlyRun();
    expect(trials.map(({ replicas }) => replicas).sort()).toEqual([1, 2]);
    for (const { replicas, measurement, telemetry } of trials) {
      expect(measurement.failed, err).toBe(0);
      expect(telemetry.replicas).toHaveLength(replicas);
      for (const { counters } of telemetry.replicas) expect(counters.http_requests_total).toBeGreaterThan(0);
    }
    await removeLabImages(env);
  });
});

describe('examples/sharding', () => {
  it('asks one database for one user, and each of four for all users', { timeout: 240_000 }, async (context) => {
    const problem = await engineProblem();
    if (problem !== undefined && !isRequired) context.skip(problem);
    const file = path.join(examples, 'sharding', 'scenarios.yaml');
    const env = { ...bench.env, ...hostOfItsOwn('example-sharding'), TMPDIR: bench.temporary };
    const args = ['run', '--file', file, '--platform', 'docker', ...short];
    const { code, err } = await scaleLab(args, { cwd: bench.folder, env });
    expect([0, 1, 3], err).toContain(code);
    const { verdicts } = await bench.onlyRun();
    // Those about times need not hold in so short a time, nor do so few requests hit all shards alike.
    const counted = verdicts.filter(({ expectation }) => !/rps|35%/.test(expectation));
    expect(counted).toHaveLength(8);
    for (const { outcome, expectation, reason } of counted) expect(outcome, `${expectation}: ${reason}`).toBe('passed');
    await removeLabImages(env);
  });
});
