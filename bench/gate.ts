// npm run bench:gate: how often the gate cries wolf, and how often it hears one. A server is gated against itself, and against
// itself with more work in each request. It takes about three hours: what has been run is kept in .cache/, and goes on from there the
// next time; --fresh begins anew. --cycles N makes it shorter: each has some runs with nothing changed, and some
// with each change, so that all of them meet the same times of the machine. --busy does it beside other work, which takes one core or
// both in bursts of 1 to 5 s.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { binomialTail } from '../src/analysis/statistics/binomial.ts';
import { gate } from '../src/gate.ts';
import { matchOf } from '../src/match.ts';
import { formatDuration } from '../src/numbers.ts';
import { openPlatform } from '../src/platforms/index.ts';
import { paceOf } from '../src/platforms/platform.ts';
import type { RunRecord } from '../src/result.ts';
import { parseScenarioFile } from '../src/scenarios/parse.ts';
import { packageFolder } from '../src/package.ts';
import type { JudgedSection } from './judged.ts';
import { bundle } from './programs.ts';
import { table } from './statistics.ts';

const serviceUs = 1000;
const connections = 2;

/** What is counted: runs of the gate under the same conditions. */
interface Experiment {
  readonly heading: string;
  /** What else runs meanwhile, in words. */
  readonly conditions: string;
  readonly goals: string;
  readonly neighbours: number;
  /** A worker that has just started is slow, and never equally so: measured too early, rounds differ for that alone. */
  readonly warmup: string;
  readonly duration: string;
  readonly budgetMs: number;
  /** What is changed in B, and how often in each cycle. */
  readonly injections: readonly { readonly share: number; readonly name: string; readonly times: number }[];
  /** Whether these are as they have to be, of so many runs with that change. */
  readonly isMet: (share: number, shareOf: (outcome: GateRun['outcome']) => number) => boolean;
}

const nothing = 'nothing (A against A)';

const quiet: Experiment = {
  heading: '## The gate: false alarms, and what it catches',
  conditions: 'nothing else runs on purpose',
  goals: 'of 300 runs with nothing changed at most 3 failed and 15 inconclusive; 57 of 60 caught at 20% more work',
  neighbours: 0,
  warmup: '300ms',
  duration: '300ms',
  budgetMs: 80_000,
  injections: [
    { share: 0, name: nothing, times: 5 },
    { share: 0.1, name: '10% more work', times: 1 },
    { share: 0.2, name: '20% more work', times: 1 },
    { share: 0.5, name: '50% more work', times: 1 },
  ],
  isMet: (share, shareOf) => {
    if (share === 0) return shareOf('failed') <= 0.01 && shareOf('inconclusive') <= 0.05;
    return share < 0.2 || shareOf('failed') >= 0.95;
  },
};

const busy: Experiment = {
  heading: '## The gate on a busy machine',
  conditions: 'two neighbours each take a core in bursts of 1 to 5 s, with breaks as long',
  goals: 'of 100 runs with nothing changed at most 1 failed and 90 passed; 36 of 40 caught at 30% more work',
  neighbours: 2,
  warmup: '300ms',
  duration: '500ms',
  budgetMs: 60_000,
  injections: [
    { share: 0, name: nothing, times: 5 },
    { share: 0.3, name: '30% more work', times: 2 },
  ],
  isMet: (share, shareOf) =>
    share === 0 ? shareOf('failed') <= 0.01 && shareOf('passed') >= 0.9 : shareOf('failed') >= 0.9,
};

const runSchema = z.object({
  share: z.number(),
  outcome: z.enum(['passed', 'failed', 'inconclusive']),
  rounds: z.number(),
  said: z.array(z.string()).describe('Why it did not pass, and what was not judged'),
});

/** One run of the gate, and what came out. */
type GateRun = z.infer<typeof runSchema>;

function scenarioOf(program: string, share: number, { warmup, duration }: Experiment) {
  const load = `{ driver: lab, connections: ${connections}, warmup: ${warmup}, duration: ${duration} }`;
  const side = (us: number): string =>
    `{ target: { command: ['${process.execPath}', '${program}'], env: { SERVICE_US: '${us}' } } }`;
  const text = `version: 1
scenarios:
  gate:
    question: Is B as fast as A?
    workload: [GET /]
    load: ${load}
    variants: { A: ${side(serviceUs)}, B: ${side(serviceUs * (1 + share))} }`;
  const parsed = parseScenarioFile(text, 'gate.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map(({ sentence }) => sentence).join('; '));
  const [scenario] = parsed.file.scenarios;
  const [first, second] = scenario?.variants ?? [];
  if (!scenario || !first || !second) throw new Error('the scenario has lost its sides');
  return { scenario, sides: [first, second] as const };
}

async function gateOnce(
  experiment: Experiment,
  program: string,
  share: number,
  seed: number,
  folder: string,
): Promise<RunRecord> {
  const { scenario, sides } = scenarioOf(program, share, experiment);
  const environment = process.env;
  const platform = await openPlatform('local', { environment, temporaryFolder: folder, images: {} });
  const { budgetMs } = experiment;
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
      addresses: new Map(),
      emit: () => undefined,
      signal: new AbortController().signal,
    },
  );
  if (error) throw error;
  return record;
}

async function gateChanged(experiment: Experiment, program: string, share: number, seed: number): Promise<GateRun> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-gate-'));
  try {
    const { verdicts, trials, comparisons = [] } = await gateOnce(experiment, program, share, seed, folder);
    const has = (outcome: string): boolean => verdicts.some((verdict) => verdict.outcome === outcome);
    const outcome = has('failed') ? 'failed' : has('inconclusive') ? 'inconclusive' : 'passed';
    // For whoever wants to know why.
    const reasons = verdicts.filter((verdict) => verdict.outcome !== 'passed');
    const notes = comparisons.flatMap(({ caveats }) => caveats);
    const said = [...reasons.map(({ expectation, reason }) => `${expectation}: ${reason}`), ...notes];
    return { share, outcome, rounds: trials.length / 2, said };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** By the settings and by what judges: runs with others are not of the same kind. */
async function keptIn({ neighbours, warmup, duration, budgetMs }: Experiment): Promise<string> {
  const hash = createHash('sha256');
  for (const room of ['src/gate.ts', 'src/batch.ts', 'src/match.ts', ...(await sourcesIn('src/analysis'))]) {
    hash.update(await readFile(path.join(packageFolder, room)));
  }
  const rules = hash.digest('hex').slice(0, 8);
  return path.join(
    packageFolder,
    '.cache',
    `gate-runs-${rules}-${neighbours}-${warmup}-${duration}-${budgetMs}ms.jsonl`,
  );
}

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(path.join(packageFolder, folder), { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return sources.sort().map((file) => path.join(folder, file));
}

async function readRuns(kept: string): Promise<GateRun[]> {
  const text = await readFile(kept, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => runSchema.parse(JSON.parse(line)));
}

/** Runs what is missing of that many cycles. */
async function runCycles(experiment: Experiment, cycles: number, isFresh: boolean): Promise<readonly GateRun[]> {
  const kept = await keptIn(experiment);
  if (isFresh) await rm(kept, { force: true });
  const runs = await readRuns(kept);
  const program = await bundle('gate-server');
  const neighbour = await bundle('neighbour');
  const order = experiment.injections.flatMap(({ share, times }) => Array.from({ length: times }, () => share));
  const neighbours = Array.from({ length: experiment.neighbours }, () => spawn(process.execPath, [neighbour]));
  try {
    for (let number = runs.length; number < cycles * order.length; number++) {
      const run = await gateChanged(experiment, program, order[number % order.length] ?? 0, 1 + number);
      runs.push(run);
      await appendFile(kept, `${JSON.stringify(run)}\n`);
      process.stderr.write(`${number + 1} of ${cycles * order.length}: ${JSON.stringify(run)}\n`);
    }
  } finally {
    for (const process of neighbours) process.kill('SIGKILL');
  }
  return runs.slice(0, cycles * order.length);
}

/** Below it is the rate of what was seen so often, at 95%: the one-sided bound of Clopper and Pearson (1934). */
function boundOf(failed: number, runs: number): string {
  let [low, high] = [failed / runs, 1];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    // So few, or fewer, would be seen in one of twenty such series.
    if (1 - binomialTail(failed + 1, runs, middle) > 0.05) low = middle;
    else high = middle;
  }
  return `, so that the rate is at most ${(100 * high).toFixed(1)}% at 95%`;
}

/**
 * Counts what the gate says of changes that are known.
 * @param isBusy beside other work on the machine
 */
export async function benchGate(cycles: number, isFresh: boolean, isBusy: boolean): Promise<JudgedSection> {
  const experiment = isBusy ? busy : quiet;
  const { heading, conditions, goals, warmup, duration, budgetMs } = experiment;
  const runs = await runCycles(experiment, cycles, isFresh);
  const groups = experiment.injections.map(({ share, name }) => {
    const all = runs.filter((run) => run.share === share);
    const count = (outcome: GateRun['outcome']): number => all.filter((run) => run.outcome === outcome).length;
    return { share, name, all, count };
  });
  const rows = groups.map(({ name, all, count }) => {
    const rounds = all.reduce((sum, run) => sum + run.rounds, 0) / all.length;
    const counts = (['failed', 'inconclusive', 'passed'] as const).map((outcome) => String(count(outcome)));
    return [name, String(all.length), ...counts, rounds.toFixed(1)];
  });
  const missed = groups.filter(({ share, all, count }) => {
    return !experiment.isMet(share, (outcome) => count(outcome) / all.length);
  });
  const [same] = groups;
  const alarms = same?.count('failed') ?? 0;
  const section = [
    heading,
    `\`npm run bench:gate${isBusy ? ' -- --busy' : ''}\`: a server that uses ${serviceUs} µs of CPU for each request, gated against itself and against itself
with more work, while ${conditions}. Closed load of ${connections} connections, ${duration} after ${warmup} of warm-up on each side of a
round, default tolerances, a budget of ${formatDuration(budgetMs)} a run. Goals: ${goals}.`,
    `${missed.length === 0 ? 'These runs keep the goals.' : `These runs miss the goals for: ${missed.map(({ name }) => name).join(', ')}.`} With nothing
changed ${alarms} of ${same?.all.length ?? 0} failed${boundOf(alarms, same?.all.length ?? 0)}.`,
    table(['in B', 'runs', 'failed', 'inconclusive', 'passed', 'rounds on average'], rows),
  ].join('\n\n');
  return { section, passed: missed.length === 0 };
}
