// npm run bench:gate: how often the gate cries wolf, and how often it hears one. A server is gated against itself, and against
// itself with more work in each request. It takes about three hours: what has been run is kept in bench/gate-runs/, and goes on from
// there the next time, on whatever machine. --cycles N makes it shorter: each has some runs with nothing changed, and some
// with each change, so that all of them meet the same times of the machine. --busy does it beside other work, which takes one core or
// both in bursts of 1 to 5 s.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gateRulesVersion } from '../src/analysis/gate/decision.ts';
import { binomialTail } from '../src/analysis/statistics/binomial.ts';
import { formatDuration } from '../src/model/numbers.ts';
import { openPlatform } from '../src/platforms/index.ts';
import { paceOf } from '../src/platforms/platform.ts';
import type { RunRecord } from '../src/record/run-record.ts';
import { parseScenarioFile } from '../src/scenarios/parse.ts';
import { matchOf } from '../src/session/match.ts';
import { gate } from '../src/verbs/gate.ts';
import { keepRun, machineInShort, readRuns, type GateRun } from './gate-runs.ts';
import { shortened, type JudgedSection } from './judged.ts';
import { bundle } from './programs.ts';
import { table } from './statistics.ts';
import { surroundings, within, type Surroundings } from './surroundings.ts';

const serviceUs = 1000;
const connections = 2;

/** What is counted: runs of the gate under the same conditions. */
interface Experiment {
  readonly name: 'quiet' | 'busy';
  readonly heading: string;
  readonly surroundings: Surroundings;
  readonly goals: string;
  /** A worker that has just started is slow, and never equally so: measured too early, rounds differ for that alone. */
  readonly warmup: string;
  readonly duration: string;
  readonly budgetMs: number;
  /** So many, and the goals can be judged. */
  readonly cycles: number;
  /** What is changed in B, and how often in each cycle. */
  readonly injections: readonly { readonly share: number; readonly name: string; readonly times: number }[];
  /** Whether these are as they have to be, of so many runs with that change. */
  readonly isMet: (share: number, shareOf: (outcome: GateRun['outcome']) => number) => boolean;
}

const nothing = 'nothing (A against A)';

/** The machine as it is. */
export const quiet: Experiment = {
  name: 'quiet',
  heading: '## The gate: false alarms, and what it catches',
  surroundings: surroundings.quiet,
  goals: 'of 300 runs with nothing changed at most 3 failed and 15 inconclusive; 57 of 60 caught at 20% more work',
  warmup: '300ms',
  duration: '300ms',
  budgetMs: 80_000,
  cycles: 60,
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

/** With one core, or both, taken by other work. */
export const busy: Experiment = {
  name: 'busy',
  heading: '## The gate on a busy machine',
  surroundings: surroundings.busy,
  goals: 'of 100 runs with nothing changed at most 1 failed and 90 passed; 36 of 40 caught at 30% more work',
  warmup: '300ms',
  duration: '500ms',
  budgetMs: 60_000,
  cycles: 20,
  injections: [
    { share: 0, name: nothing, times: 5 },
    { share: 0.3, name: '30% more work', times: 2 },
  ],
  isMet: (share, shareOf) =>
    share === 0 ? shareOf('failed') <= 0.01 && shareOf('passed') >= 0.9 : shareOf('failed') >= 0.9,
};

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
    return { share, outcome, rounds: trials.length / 2, said, machine: machineInShort() };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs what is missing of that many cycles, and returns all runs that there are. */
async function runCycles(experiment: Experiment, cycles: number): Promise<readonly GateRun[]> {
  const { name, warmup, duration, budgetMs } = experiment;
  const kept = `${name}-${warmup}-${duration}-${budgetMs}ms`;
  const runs = [...(await readRuns(kept))];
  const program = await bundle('gate-server');
  const order = orderOf(experiment);
  await within(experiment.surroundings, async () => {
    for (let number = runs.length; number < cycles * order.length; number++) {
      const run = await gateChanged(experiment, program, order[number % order.length] ?? 0, 1 + number);
      runs.push(run);
      await keepRun(kept, run);
      process.stderr.write(`${number + 1} of ${cycles * order.length}: ${JSON.stringify(run)}\n`);
    }
  });
  return runs;
}

/** The change of each run of a cycle. */
function orderOf({ injections }: Experiment): readonly number[] {
  return injections.flatMap(({ share, times }) => Array.from({ length: times }, () => share));
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
 * @param cycles how many there have to be, with those of before; left out for as many as the goals ask for
 * @param isBusy beside other work on the machine
 */
export async function benchGate(cycles: number | undefined, isBusy: boolean): Promise<JudgedSection> {
  const experiment = isBusy ? busy : quiet;
  return gateSection(experiment, await runCycles(experiment, cycles ?? experiment.cycles));
}

/** The section of the page, of all runs that there are: it says where they are fewer than the goals are for. */
export function gateSection(experiment: Experiment, runs: readonly GateRun[]): JudgedSection {
  const { heading, name: option, surroundings, goals, warmup, duration, budgetMs, cycles } = experiment;
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
  const [alarms, times] = [same?.count('failed') ?? 0, same?.all.length ?? 0];
  const section = [
    heading,
    `\`npm run bench:gate${option === 'busy' ? ' -- --busy' : ''}\`: a server that uses ${serviceUs} µs of CPU for each request, gated against itself and against itself
with more work, while ${surroundings.words}. Closed load of ${connections} connections, ${duration} after ${warmup} of warm-up on each side of a
round, which is too short to judge hangs by; for all else default tolerances, and a budget of ${formatDuration(budgetMs)} a run. The runs are of as many
sittings as they took (\`bench/gate-runs/\`), under version ${gateRulesVersion} of the gate’s rules, on ${[...new Set(runs.map(({ machine }) => machine))].join('; ')}. Goals: ${goals}.`,
    ...shortened(runs.length, cycles * orderOf(experiment).length, 'run'),
    `${missed.length === 0 ? 'These runs keep the goals.' : `These runs miss the goals for: ${missed.map(({ name }) => name).join(', ')}.`} With nothing
changed ${alarms} of ${times} failed${boundOf(alarms, times)}.`,
    table(['in B', 'runs', 'failed', 'inconclusive', 'passed', 'rounds on average'], rows),
  ].join('\n\n');
  return { section, passed: missed.length === 0 };
}
