import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { median } from '../src/analysis/summary.ts';
import { findMetric } from '../src/metrics/catalogue.ts';
import { formatNumber, formatQuantity } from '../src/model/numbers.ts';
import type { RunRecord, TrialRecord } from '../src/record/run-record.ts';
import { adviceCases, type AdviceCase } from './advice-cases.ts';
import type { JudgedSection } from './judged.ts';
import { runLab } from './lab.ts';
import { named } from './options.ts';
import { ratios, table } from './statistics.ts';

const rounds = 5;
/** So much better, in the median of the rounds, is help. */
const leastHelp = 1.1;

/** What was measured of a case, round by round. */
export interface Outcome {
  readonly before: readonly TrialRecord[];
  readonly after: readonly TrialRecord[];
}

/**
 * What came of each advice, or of that of one finding: provoked on a real system, followed, and measured before and after in paired
 * rounds.
 * @throws {UsageError} where no case is of that finding
 */
export async function benchAdvice(finding?: string): Promise<JudgedSection> {
  const chosen = named(adviceCases, ({ kind }) => kind, 'finding with advice to follow', finding);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-advice-'));
  const rows: (readonly string[])[] = [];
  let passed = true;
  try {
    for (const advised of chosen) {
      const row = rowOf(advised, await measure(advised, path.join(folder, 'scenarios.yaml')));
      process.stderr.write(`${row.cells.join(' | ')}\n`);
      rows.push(row.cells);
      passed &&= row.isRight;
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const section = [
    '## The advice of findings, followed',
    `\`npm run bench:advice\`: each finding that gives advice, provoked on the local platform, and the same system as the advice has it;
${rounds} rounds in turn, medians. "Found" is in how many rounds the finding was there with that advice: it has to be most of them, and only
those are judged. It is right where what it advises makes it at least 1.1 times as good, or what it advises against does not. \`throttled\` needs limits, which the local
platform has none of; \`database-wait\` sends the reader to another finding.`,
    table(['finding', 'followed', 'found', 'metric', 'before', 'after', 'times as good', 'right'], rows),
  ].join('\n\n');
  return { section, passed };
}

/** A case as a row of the table, and whether its advice was right. */
export function rowOf(
  advised: AdviceCase,
  { before, after }: Outcome,
): { readonly cells: readonly string[]; readonly isRight: boolean } {
  const { kind, followed, metric, isAgainst = false } = advised;
  const isGiven = before.map((trial) => nextOf(trial, advised) !== undefined);
  const found = isGiven.filter(Boolean).length;
  const { unit = 'count', better } = findMetric(metric) ?? {};
  // What came of advice that was not given says nothing of it.
  const judged = (trials: readonly TrialRecord[]): readonly TrialRecord[] =>
    found === 0 ? trials : trials.filter((_, round) => isGiven[round]);
  const [had, has] = [before, after].map((trials) => judged(trials).flatMap(({ metrics }) => metrics[metric] ?? []));
  if (!had || !has || had.length === 0 || has.length < had.length) throw new Error(`${kind} was not measured`);
  const times = median(better === 'higher' ? ratios(has, had) : ratios(had, has));
  const helped = times >= leastHelp;
  const isProvoked = found > before.length / 2;
  const isRight = isProvoked && helped !== isAgainst;
  const said = (values: readonly number[]): string => formatQuantity(median(values), unit);
  const right = !isProvoked ? '**not provoked**' : isRight ? 'yes' : '**no**';
  const ratio = Number.isFinite(times) ? formatNumber(times) : 'all of it';
  return {
    cells: [kind, followed, `${found} of ${before.length}`, metric, said(had), said(has), ratio, right],
    isRight,
  };
}

/** The advice of the finding, where it is there and says what is followed. */
function nextOf({ findings }: TrialRecord, { kind, says }: AdviceCase): string | undefined {
  return findings.find((finding) => finding.kind === kind && says.test(finding.next ?? ''))?.next;
}

async function measure(advised: AdviceCase, file: string): Promise<Outcome> {
  if (advised.isCrowded || advised.isAlone) return measureApart(advised, file);
  const after = advised.after ?? { load: { ...loadOf(advised), rate: await rateFound(advised, file) } };
  await writeScenario(advised, file, { before: advised.before, after });
  const record = await runLab(['advised', '--rounds', String(rounds)], file);
  if (record.status !== 'complete') throw new Error(`${advised.kind}: ${record.problem ?? 'the run was broken off'}`);
  return { before: trialsOf(record, 'before'), after: trialsOf(record, 'after') };
}

function loadOf({ before }: AdviceCase): object {
  return typeof before.load === 'object' && before.load !== null ? before.load : {};
}

function trialsOf({ trials }: RunRecord, variant: string): readonly TrialRecord[] {
  return trials.filter((trial) => trial.variant === variant).sort((one, other) => one.round - other.round);
}

async function writeScenario({ common }: AdviceCase, file: string, variants: Record<string, unknown>): Promise<void> {
  const scenario = { question: 'Does it help?', ...common, variants };
  const defaults = { load: { warmup: '1s', duration: '3s' } };
  await writeFile(file, stringify({ version: 1, defaults, scenarios: { advised: scenario } }));
}

/** The rate that the command of the finding finds, a little less than which is certain to hold. */
async function rateFound(advised: AdviceCase, file: string): Promise<string> {
  await writeScenario(advised, file, { before: advised.before });
  const [trial] = (await runLab(['advised'], file)).trials;
  const command = trial?.findings.find(({ kind }) => kind === advised.kind)?.command ?? '';
  const objective = /--slo '([^']+)'/.exec(command)?.[1];
  if (objective === undefined) return '300/s';
  const searched = await runLab(['advised', '--variant', 'before', '--slo', objective], file, 'max-rps');
  const rate = searched.trials[0]?.metrics.max_rps ?? 0;
  return `${Math.max(1, Math.floor(rate * 0.9))}/s`;
}

/** A run for each side of each round. */
async function measureApart(advised: AdviceCase, file: string): Promise<Outcome> {
  const outcome = { before: [] as TrialRecord[], after: [] as TrialRecord[] };
  for (let round = 0; round < rounds; round++) {
    const others = Array.from({ length: advised.isCrowded ? os.availableParallelism() : 0 }, () =>
      spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
    );
    try {
      await writeScenario(advised, file, { before: advised.before });
      outcome.before.push(...(await runLab(['advised'], file)).trials);
    } finally {
      for (const other of others) other.kill('SIGKILL');
    }
    await writeScenario(advised, file, { after: advised.after ?? {} });
    outcome.after.push(...(await runLab(['advised'], file)).trials);
  }
  return outcome;
}
