import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const lab = async (...args: string[]) => scaleLab(args, { cwd: bench.folder, env: bench.env });

describe('mistakes on the command line', () => {
  it('an unknown scenario: what there is, and what was probably meant', async () => {
    const { code, out, err } = await lab('run', 'thundering-hers');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('"thundering-hers"');
    expect(err).toContain('id you mean "thundering-herd"?');
    expect(err).toContain('missing-index');
  });

  it('an unknown variant', async () => {
    const { code, err } = await lab('run', 'thundering-herd', '--variant', 'lokc');
    expect(code).toBe(2);
    expect(err).toContain('id you mean "lock"?');
  });

  it('an unknown option, command, platform or number', async () => {
    expect((await lab('run', '--variantt', 'x')).err).toContain('Did you mean --variant?');
    expect((await lab('rnu')).err).toContain('Did you mean run?');
    expect((await lab('run', '--platform', 'docket')).err).toContain('Allowed choices are local');
    const wrong = await lab('run', '--connections', 'many', '--duration', '5');
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toContain('whole number');
    expect((await lab('run', '--duration', '5')).err).toContain('needs a unit');
  });

  it('a rate without its unit, a load that has none, too many workers', async () => {
    expect((await lab('run', '--rate', '500')).err).toContain('the rate needs a unit: write 500/s');
    const closed = await lab('run', 'cache-hit', '--rate', '500/s');
    expect(closed).toMatchObject({ code: 2, out: '' });
    expect(closed.err).toContain('Nothing that is selected takes --rate: none of it is open load at a constant rate');
    expect((await lab('run', '--workers', '65')).err).toContain('--workers must be from 1 to 64, not 65');
    expect((await lab('run', 'cache-hit', '--connections', '2', '--workers', '3')).err).toContain(
      'cannot be shared among 3 workers',
    );
  });

  it('nothing at all: the help, and exit code 2', async () => {
    const { code, out } = await lab();
    expect(code).toBe(2);
    expect(out).toContain('Usage: scale-lab');
  });
});

describe('mistakes in a scenario file', () => {
  it('shows every problem with its place, and starts nothing', async () => {
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  herd:
    question: Does it hold?
    workload: ['GET /todos/{todo}']
    load: { connections: 50, duration: 10 }
    variants:
      lock: { app: { cache: { strategy: lokc } } }
    expect: [p99 < 50]
`,
    );
    const { code, out, err } = await lab('run', 'herd');
    expect(code).toBe(2);
    expect(out).toBe('');
    for (const place of ['scenarios.yaml:5:', 'scenarios.yaml:6:', 'scenarios.yaml:8:', 'scenarios.yaml:9:']) {
      expect(err).toContain(place);
    }
    expect(err).toContain('id you mean "lock"?');
    expect(err).toMatch(/\n\s+~{4}\n|\n.*\| +~{4}/);
    expect((await lab('validate')).err).toBe(err);
  });

  it('a file that is not there', async () => {
    const { code, err } = await lab('list', '--file', 'nowhere.yaml');
    expect(code).toBe(2);
    expect(err).toContain('nowhere.yaml');
  });
});

describe('a target', () => {
  // An address for documentation: nobody is there.
  beforeEach(async () =>
    bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  mine:
    question: Does it hold?
    target: { url: http://192.0.2.1:8080 }
    workload: [GET /]
`,
    ),
  );

  it('that is somewhere else: no load without leave', async () => {
    const { code, out, err } = await lab('run', 'mine');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('http://192.0.2.1:8080, is neither on this machine nor in a private network');
    expect(err).toContain('--allow-remote');
    expect((await lab('run', 'mine', '--dry-run')).code).toBe(0);
  });

  it('that is to be started', async () => {
    const { code, err } = await lab('up', 'mine');
    expect(code).toBe(2);
    expect(err).toContain('runs already at http://192.0.2.1:8080');
  });

  it('on a platform whose load workers do not reach it', async () => {
    const { code, err } = await lab('run', 'mine', '--platform', 'docker');
    expect(code).toBe(2);
    expect(err).toContain('Use --platform local.');
  });
});

describe('a platform that cannot', () => {
  it('scale by itself, or roll out: which one can', async () => {
    const scaled = await lab('run', 'autoscale');
    expect(scaled.code).toBe(2);
    expect(scaled.err).toContain('The scenario "autoscale" scales by itself, and the platform local cannot.');
    const updated = await lab('up', 'rolling-update', '--platform', 'docker');
    expect(updated.code).toBe(2);
    expect(updated.err).toContain('"rolling-update" rolls out a new version, and the platform docker cannot.');
    expect(updated.err).toContain('hint: Use --platform kubernetes or --platform minikube.');
  });

  it('keep to limits: which ones can', async () => {
    const { code, err } = await lab('run', 'replicas');
    expect(code).toBe(2);
    expect(err).toContain('hint: Use --platform docker, kubernetes or minikube.');
  });
});

describe('bad luck', () => {
  const short = ['run', 'cache-hit', '--variant', 'cache-aside', '--duration', '500ms', '--warmup', '0s'];

  /** A PATH on which only these programs are. */
  async function pathWith(...programs: string[]): Promise<string> {
    const folder = path.join(bench.folder, 'bin');
    await mkdir(folder);
    for (const program of programs) {
      const found = (process.env.PATH ?? '').split(':').map((place) => path.join(place, program));
      const { existsSync } = await import('node:fs');
      await symlink(found.find((file) => existsSync(file)) ?? '', path.join(folder, program));
    }
    return folder;
  }

  it('no redis-server on PATH: which package to install', async () => {
    const env = { ...bench.env, PATH: await pathWith('node') };
    const { code, err } = await scaleLab(short, { cwd: bench.folder, env });
    expect(code, err).toBe(4);
    expect(err).toContain('redis-server');
    expect(err).toMatch(/hint: .*install/);
    const doctor = await scaleLab(['doctor', 'local'], { cwd: bench.folder, env });
    expect(doctor.code, doctor.out).toBe(0);
    expect(doctor.out).toContain('✗ redis-server: not on PATH, which only scenarios with a cache need');
  });

  it('no redis-server on PATH is none for a scenario without a cache', async () => {
    const env = { ...bench.env, PATH: await pathWith('node') };
    await bench.write(
      'scenarios.yaml',
      `version: 1\nscenarios:\n  plain:\n    question: Is it fast?\n    workload: [GET /todos/1]\n`,
    );
    const run = ['run', 'plain', '--duration', '500ms', '--warmup', '0s'];
    const { code, err } = await scaleLab(run, { cwd: bench.folder, env });
    expect(code, err).toBe(0);
    expect(err).not.toContain('Redis');
    const { versions, trials } = await bench.onlyRun();
    expect(versions).toHaveProperty('postgresql');
    expect(versions).not.toHaveProperty('redis');
    expect(trials.map(({ measurement }) => measurement.errors)).toEqual([{}]);
    expect(trials.flatMap(({ resources }) => resources.map(({ service }) => service))).not.toContain('redis');
  });

  it('no Kafka on this machine: the variants that need it are left out, and the others are run', async () => {
    const env = { ...bench.env, PATH: await pathWith('node'), KAFKA_HOME: undefined };
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  logs:
    question: Is it fast?
    workload: [GET /todos/1]
    variants: { plain: , log: { services: { log: kafka } } }
    expect: [errors(plain) == 0, errors(log) == 0]
`,
    );
    const run = ['run', 'logs', '--duration', '500ms', '--warmup', '0s'];
    const { code, out, err } = await scaleLab(run, { cwd: bench.folder, env });
    expect(code, err).toBe(0);
    const sentence = 'left out: log, for want of kafka-server-start.sh (not on PATH, nor in bin of KAFKA_HOME). Unpack';
    expect(err).toContain(`logs: ${sentence}`);
    expect(out).toContain('left out: log');
    const { scenarios, trials, verdicts } = await bench.onlyRun();
    expect(scenarios[0]?.lacking).toEqual([expect.stringContaining(sentence)]);
    expect(trials.map(({ variant }) => variant)).toEqual(['plain']);
    expect(verdicts.map(({ expectation, outcome }) => [expectation, outcome])).toEqual([
      ['errors(plain) == 0', 'passed'],
    ]);
  });

  it('a Docker Engine older than what was tried is warned of by doctor, and is no mistake', async () => {
    const answers: Readonly<Record<string, unknown>> = {
      '/version': { Version: '25.0.1', ApiVersion: '1.44' },
      '/info': { NCPU: 4, CpuCfsQuota: true, MemoryLimit: true },
    };
    const engine = createServer(({ url }, response) => {
      const answer = answers[String(url)];
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? { message: 'none' }));
    });
    await once(engine.listen(0, '127.0.0.1'), 'listening');
    const { port } = engine.address() as AddressInfo;
    const env = { ...bench.env, DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: '' };
    const { code, out } = await scaleLab(['doctor', 'docker'], { cwd: bench.folder, env });
    engine.close();
    expect(code, out).toBe(0);
    expect(out).toContain('✓ Docker Engine: 25.0.1 (API 1.44)');
    expect(out).toMatch(/^ {6}warning: it is older than Docker Engine 29 \(API 1\.56\)/m);
  });

  it('a temporary folder that is not there', async () => {
    const { code, err } = await scaleLab(short, {
      cwd: bench.folder,
      env: { ...bench.env, TMPDIR: '/nowhere/at/all' },
    });
    expect(code, err).toBe(4);
    expect(err).toContain('TMPDIR');
  });
});
