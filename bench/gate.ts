// npm run bench:gate: how often the gate cries wolf, and how often it hears one. A server is gated against itself, and against
// itself with more work in each request. It takes about three hours: what has been run is kept in .cache/, and goes on from there the
// next time; --fresh begins anew. --cycles N makes it shorter: each is five runs with nothing changed, and one
// with each change, so that all of them meet the same times of the machine.
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { gate } from '../src/gate.ts';
import { matchOf } from '../src/match.ts';
import { formatDuration } from '../src/numbers.ts';
import { openPlatform } from '../src/platforms/index.ts';
import { paceOf } from '../src/platforms/platform.ts';
import type { RunRecord } from '../src/result.ts';
import { parseScenarioFile } from '../src/scenarios/parse.ts';
import { packageFolder } from '../src/package.ts';
import type { JudgedSection } from './judged.ts';
import { bundle, startServer, type Server } from './programs.ts';
import { table } from './statistics.ts';

const serviceUs = 1000;
const connections = 2;
/** A worker that has just started is slow, and never equally so: measured too early, rounds differ for that alone. */
const warmup = '300ms';
const duration = '300ms';
/** For up to 18 rounds, and as many to confirm a failure. */
const budgetMs = 80_000;

/** What is changed in B, and how often in each cycle. */
const injections = [
  { share: 0, name: 'nothing (A against A)', times: 5 },
  { share: 0.1, name: '10% more work', times: 1 },
  { share: 0.2, name: '20% more work', times: 1 },
  { share: 0.5, name: '50% more work', times: 1 },
] as const;

const runSchema = z.object({
  share: z.number(),
  outcome: z.enum(['passed', 'failed', 'inconclusive']),
  rounds: z.int(),
});

/** One run of the gate, and what came out. */
type GateRun = z.infer<typeof runSchema>;

function scenarioOf(a: string, b: string) {
  const load = `{ driver: lab, connections: ${connections}, warmup: ${warmup}, duration: ${duration} }`;
  const text = `version: 1
scenarios:
  gate:
    question: Is B as fast as A?
    workload: [GET /]
    load: ${load}
    variants: { A: { target: { url: '${a}' } }, B: { target: { url: '${b}' } } }`;
  const parsed = parseScenarioFile(text, 'gate.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map(({ sentence }) => sentence).join('; '));
  const [scenario] = parsed.file.scenarios;
  const [first, second] = scenario?.variants ?? [];
  if (!scenario || !first || !second) throw new Error('the scenario has lost its sides');
  return { scenario, sides: [first, second] as const };
}

async function gateOnce(a: Server, b: Server, seed: number, folder: string): Promise<RunRecord> {
  const { scenario, sides } = scenarioOf(a.url, b.url);
  const environment = process.env;
  const platform = await openPlatform('local', { environment, temporaryFolder: folder, images: {} });
  const settings = { budgetMs, batches: 2, isSideBySide: true, pace: paceOf('local'), overrides: {}, seed } as const;
  const match = matchOf(scenario, sides, settings);
  const { record, error } = await gate(
    match,
    { smallest: 0.05, tolerances: {}, noise: {} },
    {
      platform,
      results: path.join(folder, 'results'),
      command: 'npm run bench:gate',
      startedAtMs: Date.now(),
      environment: {},
      emit: () => undefined,
      signal: new AbortController().signal,
    },
  );
  if (error) throw error;
  return record;
}

async function gateChanged(share: number, seed: number, program: string): Promise<GateRun> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-gate-'));
  try {
    await using a = await startServer(program, { SERVICE_US: String(serviceUs) });
    await using b = await startServer(program, { SERVICE_US: String(serviceUs * (1 + share)) });
    const { verdicts, trials } = await gateOnce(a, b, seed, folder);
    const has = (outcome: string): boolean => verdicts.some((verdict) => verdict.outcome === outcome);
    const outcome = has('failed') ? 'failed' : has('inconclusive') ? 'inconclusive' : 'passed';
    return { share, outcome, rounds: trials.length / 2 };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** By the settings: runs with others are not of the same kind. */
const kept = path.join(packageFolder, '.cache', `gate-runs-${warmup}-${duration}-${budgetMs}ms.jsonl`);

async function readRuns(): Promise<GateRun[]> {
  const text = await readFile(kept, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => runSchema.parse(JSON.parse(line)));
}

/** Runs what is missing of that many cycles. */
async function runCycles(cycles: number, isFresh: boolean): Promise<readonly GateRun[]> {
  if (isFresh) await rm(kept, { force: true });
  const runs = await readRuns();
  const program = await bundle('gate-server');
  const order = injections.flatMap(({ share, times }) => Array.from({ length: times }, () => share));
  for (let number = runs.length; number < cycles * order.length; number++) {
    const run = await gateChanged(order[number % order.length] ?? 0, 1 + number, program);
    runs.push(run);
    await appendFile(kept, `${JSON.stringify(run)}\n`);
    process.stderr.write(`${number + 1} of ${cycles * order.length}: ${JSON.stringify(run)}\n`);
  }
  return runs.slice(0, cycles * order.length);
}

/** What has to come out: of 300 runs with nothing changed at most 3 failed and 15 inconclusive; 57 of 60 caught at +20%. */
function isMet(share: number, runs: readonly GateRun[]): boolean {
  const part = (outcome: GateRun['outcome']): number =>
    runs.filter((run) => run.outcome === outcome).length / runs.length;
  if (share === 0) return part('failed') <= 0.01 && part('inconclusive') <= 0.05;
  return share < 0.2 || part('failed') >= 0.95;
}

/** Counts what the gate says of changes that are known. */
export async function benchGate(cycles: number, isFresh: boolean): Promise<JudgedSection> {
  const runs = await runCycles(cycles, isFresh);
  const groups = injections.map(({ share, name }) => ({
    share,
    name,
    runs: runs.filter((run) => run.share === share),
  }));
  const rows = groups.map(({ name, runs: all }) => {
    const count = (outcome: GateRun['outcome']): string => String(all.filter((run) => run.outcome === outcome).length);
    const rounds = all.reduce((sum, run) => sum + run.rounds, 0) / all.length;
    return [name, String(all.length), count('failed'), count('inconclusive'), count('passed'), rounds.toFixed(1)];
  });
  const missed = groups.filter(({ share, runs: all }) => !isMet(share, all)).map(({ name }) => name);
  const section = [
    '## The gate: false alarms, and what it catches',
    `\`npm run bench:gate\`: a server that works ${serviceUs} µs on each request, gated against itself and against itself with more work.
Closed load of ${connections} connections, ${duration} after ${warmup} of warm-up on each side of a round, default tolerances (RPS and p50 10%),
a budget of ${formatDuration(budgetMs)} a run. Goals: of 300 runs with nothing changed at most 3 failed and 15 inconclusive; 57 of 60 caught
at 20% more work.`,
    missed.length === 0 ? 'These runs keep the goals.' : `These runs miss the goals for: ${missed.join(', ')}.`,
    table(['in B', 'runs', 'failed', 'inconclusive', 'passed', 'rounds on average'], rows),
  ].join('\n\n');
  return { section, passed: missed.length === 0 };
}
