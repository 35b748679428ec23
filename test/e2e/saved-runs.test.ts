import { chmod, cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calibrationsSchema } from '../../src/analysis/comparison/calibration.ts';
import { runRecordSchema, type RunRecord } from '../../src/record/run-record.ts';
import { serve, type TestServer } from '../../src/worker/testing/servers.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

/** What the server takes for an answer: far more than a busy machine adds. */
const usualMs = 10;
let serviceMs = usualMs;
let server: TestServer;
let scenario: string;
/** Where the run of the usual server was saved, which the tests begin with. */
let usual: Workbench;
let bench: Workbench;

beforeAll(async () => {
  server = await serve((_request, response) => {
    void sleep(serviceMs).then(() => response.end('ok'));
  });
  scenario = `version: 1
scenarios:
  mine:
    question: Is it as fast as it was?
    target: { url: '${server.url}' }
    workload: [GET /]
    load: { driver: lab, connections: 4, warmup: 0s, duration: 400ms }
    # A busy machine makes the generator late, and that is not what is tested.
    trust: { lag: 1m }
`;
  bench = usual = await Workbench.create();
  await usual.write('scenarios.yaml', scenario);
  await measure();
});
beforeEach(async () => {
  serviceMs = usualMs;
  bench = await Workbench.create();
  await bench.write('scenarios.yaml', scenario);
});
afterEach(async () => bench[Symbol.asyncDispose]());
afterAll(async () => {
  await usual[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const run = async (...args: readonly string[]) => scaleLab([...args], { cwd: bench.folder, env: bench.env });

/** Runs the scenario, and says where its folder is. */
async function measure(): Promise<string> {
  const before = await runs();
  const { code, err } = await run('run', 'mine', '--rounds', '8');
  expect(code, err).toBe(0);
  const [id] = (await runs()).filter((candidate) => !before.includes(candidate));
  return path.join('results', id ?? '');
}

const runs = async (): Promise<readonly string[]> => readdir(path.join(bench.folder, 'results')).catch(() => []);

/** The saved run of the usual server, as if it had been made here. */
async function saved(): Promise<string> {
  const [id = ''] = await readdir(path.join(usual.folder, 'results'));
  const folder = path.join('results', id);
  await cp(path.join(usual.folder, folder), path.join(bench.folder, folder), { recursive: true });
  return folder;
}

async function recordIn(folder: string): Promise<RunRecord> {
  return runRecordSchema.parse(JSON.parse(await readFile(path.join(bench.folder, folder, 'run.json'), 'utf8')));
}

/** What was printed, without what the width of a screen has made of it. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** Both ends of an interval, which is one number where they are written alike. */
function timesOf(before: string, after: string): RegExp {
  return new RegExp(String.raw`${before} [\d.]+( to [\d.]+)? times ${after}`);
}

const widened = 'the tolerance is the noise of this machine, 500%';

/** The tolerance is as wide as it is so that the tests are about what is judged, and not about the machine. */
const wide = ['--tolerance', 'rps=40%,p50=40%'];

describe('scale-lab compare of two saved runs', { timeout: 120_000 }, () => {
  it('says by how much the second differs, and measures nothing', async () => {
    const one = await saved();
    serviceMs = 2 * usualMs;
    const other = await measure();
    const requests = server.received;
    const { code, out, err } = await run('compare', one, `${other}/run.json`);
    // So few answers say nothing of p99, and what was not measured is not known.
    expect(code, err).toBe(3);
    expect(out).toMatch(timesOf('p50: B is', 'slower'));
    expect(out).toMatch(/p99: not measured: .* answers are too few/);
    expect(server.received).toBe(requests);
  });

  it('names what it cannot read', async () => {
    await bench.write('other.json', '{}');
    const missing = await run('compare', 'results/none', 'other.json');
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('There is no run to read at')]);
  });
});

describe('scale-lab report --open', { timeout: 120_000 }, () => {
  it('writes the page beside the run, and hands it to the browser', async () => {
    const folder = await saved();
    const said = path.join(bench.folder, 'opened');
    await bench.write('browser', `#!/bin/sh\necho "$1" > '${said}'\n`);
    await chmod(path.join(bench.folder, 'browser'), 0o755);
    const env = { ...bench.env, BROWSER: path.join(bench.folder, 'browser'), DISPLAY: '' };
    const { code, out, err } = await scaleLab(['report', folder, '--open'], { cwd: bench.folder, env });
    expect(code, err).toBe(0);
    const page = path.join(bench.folder, folder, 'report.html');
    expect(out).toBe(`${page}\n`);
    expect(await readFile(page, 'utf8')).toContain('Is it as fast as it was?');
    await expect.poll(async () => readFile(said, 'utf8').catch(() => ''), { timeout: 10_000 }).toBe(`${page}\n`);
  });
});

describe('scale-lab history', { timeout: 120_000 }, () => {
  it('shows run after run, marks what changed, and writes a page of it', async () => {
    await saved();
    serviceMs = 3 * usualMs;
    await measure();
    const { code, out, err } = await run('history', 'mine', '--html', 'history.html');
    expect(code, err).toBe(0);
    expect(unwrapped(out)).toContain('2 runs of the same experiment: from 8 on a change can be told');
    const page = await readFile(path.join(bench.folder, 'history.html'), 'utf8');
    expect(page).toContain('RPS from run to run');
    const none = await run('history', 'yours');
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('There are runs of: mine')]);
  });
});

describe('scale-lab gate --baseline', { timeout: 120_000 }, () => {
  it('passes what is as it was, and fails what is slower, which fresh rounds confirm', async () => {
    const baseline = await saved();
    const same = await run('gate', '--baseline', baseline, ...wide);
    expect(same.code, same.out + same.err).toBe(0);
    serviceMs = 3 * usualMs;
    const slower = await run('gate', '--baseline', baseline, ...wide);
    expect(slower.code, slower.out + slower.err).toBe(1);
    expect(slower.out).toContain('fresh rounds confirm it');
  });

  it('cannot tell on another machine, and runs nothing there', async () => {
    const record = await recordIn(await saved());
    const elsewhere = { ...record, machine: { ...record.machine, cpu: 'Z80', cores: record.machine.cores + 4 } };
    await bench.write('elsewhere.json', JSON.stringify(elsewhere));
    const requests = server.received;
    const { code, out, err } = await run('gate', '--baseline', 'elsewhere.json');
    expect(code, out + err).toBe(3);
    expect(out).toContain('the CPU was Z80');
    expect(server.received).toBe(requests);
  });
});

describe('scale-lab calibrate', { timeout: 120_000 }, () => {
  it('keeps the noise that the gate then heeds, in pairs and against a saved run', async () => {
    const file = path.join(bench.folder, 'results', 'calibration.json');
    const times = ['--duration', '400ms', '--warmup', '0s'];
    const { code, out, err } = await run('calibrate', 'mine', ...times, '--budget', '20s');
    expect(code, err).toBe(0);
    expect(out).toContain('mine: default against itself');
    expect(out).toContain('can be found');
    const calibrations = calibrationsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const [entry] = calibrations.entries;
    expect(entry?.noise.map(({ metric }) => metric)).toEqual(expect.arrayContaining(['rps', 'p50', 'error_rate']));
    expect(entry?.noise.every(({ floor, detectable }) => floor >= 0 && detectable >= 0)).toBe(true);

    // A machine on which nothing below six times can be told.
    const noisy = { ...entry, noise: entry?.noise.map((noise) => ({ ...noise, floor: 5 })) };
    await bench.write('results/calibration.json', JSON.stringify({ ...calibrations, entries: [noisy] }));
    const baseline = await saved();
    serviceMs = 2 * usualMs;
    const gated = await run('gate', '--baseline', baseline, '--tolerance', 'p50=10%');
    expect(unwrapped(gated.out)).toContain(widened);
    const paired = await run('gate', 'mine', '--a-url', server.url, '--b-url', server.url, ...times, '--budget', '30s');
    expect(unwrapped(paired.out)).toContain(widened);
  });
});
