import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scaleLab, start } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => bench[Symbol.asyncDispose]());

describe('scale-lab run, against real PostgreSQL, Redis and nginx', () => {
  it('measures both sides of the wire at one and two replicas, and leaves nothing behind', async () => {
    const args = ['run', 'cache-hit', '--duration', '3s', '--warmup', '500ms', '--connections', '10', '--seed', '3'];
    const { code, out, err } = await scaleLab(args, { cwd: bench.folder, env: bench.env });
    const record = await bench.onlyRun();
    expect([0, 1, 3], err).toContain(code);
    expect(record).toMatchObject({
      status: 'complete',
      platform: 'local',
      seed: 3,
      command: `scale-lab ${args.join(' ')}`,
    });
    expect(Object.keys(record.versions).sort()).toEqual(['nginx', 'postgresql', 'redis']);

    for (const { measurement, telemetry, variant, replicas, metrics } of record.trials) {
      const { carried, sent, requests, failed, unfinished } = measurement;
      expect(carried + sent).toBe(requests + failed + unfinished);
      expect(requests).toBeGreaterThan(0);
      expect(measurement.errors).toEqual({});
      expect(telemetry.silent).toEqual([]);
      expect(telemetry.replicas).toHaveLength(replicas);
      for (const { counters } of telemetry.replicas) expect(counters.http_requests_total).toBeGreaterThan(0);
      if (variant === 'no-cache') expect(metrics.queries_per_request).toBeCloseTo(1, 1);
      else expect(metrics.queries_per_request).toBeLessThan(0.9);
    }
    expect(record.trials).toHaveLength(4);
    expect(out).toContain('cache-aside');
    expect(out).toMatch(/\d+ passed, \d+ failed, \d+ inconclusive/);
    expect(err).toContain('results in ');
    expect(await bench.leftovers()).toEqual([]);
  });

  it('recomputes an expired key once for a burst of 200 over three replicas, when a lock guards it', async () => {
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  herd:
    question: Does a lock hold back a herd of 200 over three replicas?
    workload: [GET /todos/1]
    # A machine that stands still for a while makes no lock run out, and no burst longer than a value is kept.
    load: { burst: 200, times: 3, every: 8s }
    app: { query-cost: 100ms }
    variants:
      lock: { app: { cache: { strategy: lock, ttl: 4s, lock-timeout: 20s } } }
    replicas: [3]
    evidence: [recomputes]
    expect: [recomputes == 3, errors == 0, requests == 600]
`,
    );
    const { code, out } = await scaleLab(['run', 'herd'], { cwd: bench.folder, env: bench.env });
    expect(out).toContain('3 passed, 0 failed, 0 inconclusive');
    expect(code).toBe(0);
    const { trials } = await bench.onlyRun();
    const served = trials[0]?.telemetry.replicas.map(({ counters }) => counters.http_requests_total);
    expect(served?.reduce((sum, count) => (sum ?? 0) + (count ?? 0), 0)).toBe(600);
  });

  it('fails with 1 where a claim does not hold, and prints JSON where it is asked to', async () => {
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  impossible:
    question: Is everything free?
    workload: [GET /todos/1]
    load: { connections: 2, warmup: 0s, duration: 2s }
    trust: { utilisation: 100%, lag: 1m, schedule-lag: 1m, shortfall: 100%, samples: 1 }
    expect: [p50 < 1us]
`,
    );
    const { code, out } = await scaleLab(['run', 'impossible', '--reporter', 'json'], {
      cwd: bench.folder,
      env: bench.env,
    });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual(await bench.onlyRun());

    const [id = ''] = await readdir(path.join(bench.folder, 'results'));
    const again = await scaleLab(['report', `results/${id}`, '--reporter', 'markdown'], { cwd: bench.folder });
    expect(again.code).toBe(0);
    expect(again.out).toContain('❌ failed: `p50 < 1us`');
    expect(again.out).toBe(await readFile(path.join(bench.folder, 'results', id, 'report.md'), 'utf8'));
  });
});

describe('scale-lab run, interrupted', () => {
  const long = ['run', 'cache-hit', '--variant', 'no-cache', '--replicas', '2', '--warmup', '10s', '--duration', '60s'];

  it.each([
    ['while PostgreSQL starts', 'PostgreSQL', 'SIGINT', 130],
    ['while the application starts', 'app starts', 'SIGTERM', 143],
    ['under load', '[1/1]', 'SIGINT', 130],
    ['when its terminal is closed', '[1/1]', 'SIGHUP', 129],
  ] as const)('%s takes everything down', async (_when, said, signal, code) => {
    const running = start(long, { cwd: bench.folder, env: bench.env });
    await running.says(said);
    running.child.kill(signal);
    const ended = await running.ended;
    expect(ended.code, ended.err).toBe(code);
    expect((await bench.onlyRun()).status).toBe('interrupted');
    expect(await bench.leftovers()).toEqual([]);
  });

  it('killed, leaves what `clean` removes; and `clean` leaves alone what lives', async () => {
    const killed = start(long, { cwd: bench.folder, env: bench.env });
    const alive = start(long, { cwd: bench.folder, env: bench.env });
    await Promise.all([killed.says('app starts'), alive.says('app starts')]);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect((await bench.leftovers()).length).toBeGreaterThan(0);

    const clean = await scaleLab(['clean'], { cwd: bench.folder, env: bench.env });
    expect(clean.code).toBe(0);
    expect(clean.out).toMatch(/removed folder of run/);
    expect((await readdir(bench.temporary)).length).toBe(1);
    expect(alive.child.exitCode).toBeNull();

    alive.child.kill('SIGINT');
    expect((await alive.ended).code).toBe(130);
    expect(await bench.leftovers()).toEqual([]);
    expect((await scaleLab(['clean'], { cwd: bench.folder, env: bench.env })).out).toBe('nothing to remove\n');
  });
});
