import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findExecutable } from '../../src/machine/executable.ts';
import { openCluster } from '../../src/platforms/kubernetes/cluster/cluster.ts';
import { chooseContext } from '../../src/platforms/kubernetes/cluster/context.ts';
import { labelValue } from '../../src/platforms/kubernetes/cluster/labels.ts';
import { type Ended, scaleLab, start } from '../e2e/cli.ts';
import { Workbench } from '../e2e/workbench.ts';
import { removeLabImages } from './docker-engine.ts';
import { clusterTraces } from './kubernetes-cluster.ts';

// Its node boots, and images get there; on a busy machine both take their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const { signal } = new AbortController();
const isRequired = process.env.SCALE_LAB_REQUIRE_MINIKUBE === '1';
const minikube = process.env.MINIKUBE ?? (await findExecutable('minikube', process.env));
const missing = 'minikube is not on PATH, and MINIKUBE names none';
/** One of its own, so that what a developer has there is not touched. */
const profile = `scale-lab-test-${process.pid}`;
const host = labelValue(`${os.hostname()}-minikube-${process.pid}`);

describe('platform minikube, from its start to its end', () => {
  let bench: Workbench;

  beforeEach((context) => {
    if (minikube === undefined) context.skip(missing);
  });

  beforeAll(async () => {
    if (minikube === undefined && isRequired) throw new Error(`It is required, but ${missing}.`);
    if (minikube === undefined) return;
    bench = await Workbench.create();
    Object.assign(bench.env, {
      PATH: `${path.dirname(minikube)}${path.delimiter}${String(process.env.PATH)}`,
      KUBECONFIG: path.join(bench.folder, 'kubeconfig'),
      MINIKUBE_PROFILE: profile,
      SCALE_LAB_HOST: host,
    });
    await call('start');
  });

  afterAll(async () => {
    if (minikube === undefined) return;
    await call('delete');
    await removeLabImages(bench.env);
    await bench[Symbol.asyncDispose]();
  });

  /** Has minikube itself do something. */
  async function call(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(String(minikube), args, { env: bench.env, maxBuffer: 2 ** 26 });
    return stdout;
  }

  const lab = async (...args: string[]): Promise<Ended> => scaleLab(args, { cwd: bench.folder, env: bench.env });
  const run = ['run', 'cache-hit', '--platform', 'minikube', '--variant', 'cache-aside', '--connections', '4'];

  /** What this host's labs have left in the cluster. */
  async function traces(): Promise<readonly string[]> {
    const cluster = await openCluster(
      await chooseContext({ platform: 'minikube', environment: bench.env }, signal),
      signal,
    );
    try {
      return await clusterTraces(cluster, 'host', host);
    } finally {
      cluster.requests.close();
    }
  }

  test('the first run brings its images there, and measures one replica and two', async () => {
    const short = ['--replicas', '1,2', '--warmup', '500ms', '--duration', '1s'];
    const { code, err } = await lab(...run, ...short);
    expect([0, 1, 3], err).toContain(code);
    const record = await bench.onlyRun();
    expect(record).toMatchObject({ status: 'complete', platform: 'minikube' });
    expect(record.versions).toHaveProperty('kubernetes');
    expect(record.trials.map(({ replicas }) => replicas).sort()).toEqual([1, 2]);
    for (const { measurement } of record.trials) {
      expect(measurement.requests).toBeGreaterThan(0);
      expect(measurement.errors).toEqual({});
    }
    expect(err).toMatch(/scale-lab:[0-9a-f]{16}, .+ are loaded into the cluster scale-lab-test-\d+: over after/);
    expect(await traces()).toEqual([]);
    await rm(path.join(bench.folder, 'results'), { recursive: true });
  });

  test('a run that is interrupted has loaded nothing again, and leaves nothing', async () => {
    const running = start([...run, '--replicas', '1', '--duration', '60s'], { cwd: bench.folder, env: bench.env });
    await running.says('load worker starts');
    running.child.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code, err).toBe(130);
    expect(err).not.toContain('loaded into');
    expect(await traces()).toEqual([]);
    expect(await bench.leftovers()).toEqual([]);
  });

  test('autoscaling is refused where nobody tells what pods use, and the addon is named', async () => {
    const { code, err } = await lab('up', 'autoscale', '--platform', 'minikube', '--variant', 'autoscaled');
    expect(code, err).toBe(4);
    expect(err).toMatch(/error: The cluster of the context .+ cannot scale by itself: it does not tell what pods use/);
    expect(err).toContain(
      `hint: Add it, and give it a minute: minikube addons enable metrics-server --profile ${profile}`,
    );
    expect(await traces()).toEqual([]);
  });

  test('one that is killed leaves what clean removes', async () => {
    const killed = start([...run, '--replicas', '1'], { cwd: bench.folder, env: bench.env });
    await killed.says('PostgreSQL starts');
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect((await lab('clean')).out).toMatch(/^removed namespace of run .+: scale-lab-/m);
    expect(await traces()).toEqual([]);
  });

  test('what is detached has an address at the node, and stays until down', async () => {
    const { code, out, err } = await lab('up', 'cache-hit', '--platform', 'minikube', '--detach');
    expect(code, err).toBe(0);
    const address = /: (http:\/\/\S+)$/m.exec(out)?.[1];
    expect(new URL(String(address)).hostname).toBe((await call('ip')).trim());
    const answer = await fetch(`${String(address)}/todos/1`);
    expect(await answer.json()).toMatchObject({ id: 1 });
    expect((await lab('clean')).out).not.toContain('namespace');
    expect((await lab('down')).out).toMatch(/^removed namespace of run .+: scale-lab-/m);
    expect(await traces()).toEqual([]);
  });
});
